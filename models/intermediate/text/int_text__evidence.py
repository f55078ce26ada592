"""What scores say about shares, from orchestration/text_store.py."""


def model(dbt, session):
    """Of every text read, the labels of tasks that were learned."""
    from orchestration.text_store import TextStore

    return TextStore(session).evidence(dbt.ref("int_text__scored"))
