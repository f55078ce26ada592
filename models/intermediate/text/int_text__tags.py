"""Labels of the active models: orchestration/text_store.py does and keeps the work."""


def model(dbt, session):
    """All rows of int_text__scored; only new ones cost time."""
    from orchestration.text_store import TextStore

    return TextStore(session).tags(dbt.ref("int_text__scored"))
