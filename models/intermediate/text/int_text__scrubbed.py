"""Raw words without personal data: orchestration/text_store.py does and keeps the work."""


def model(dbt, session):
    """All rows of int_text__delivered; only new ones cost time."""
    from orchestration.text_store import TextStore

    return TextStore(session).scrub(dbt.ref("int_text__delivered"))
