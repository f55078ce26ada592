"""The active models, from orchestration/text_store.py."""


def model(dbt, session):
    """Labels of the models that int_text__scored was scored with."""
    from orchestration.text_store import TextStore

    dbt.ref("int_text__scored")
    return TextStore(session).labels()
