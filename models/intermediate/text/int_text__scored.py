"""Language and scores of distinct texts: orchestration/text_store.py does and keeps the work."""


def model(dbt, session):
    """All rows of int_text__scrubbed; only new ones cost time."""
    from orchestration.text_store import TextStore

    return TextStore(session).score(dbt.ref("int_text__scrubbed"))
