"""What promotions of models changed, from orchestration/text_store.py."""


def model(dbt, session):
    """Old against new per promotion and label."""
    from orchestration.text_store import TextStore

    dbt.ref("int_text__scored")
    return TextStore(session).changes()
