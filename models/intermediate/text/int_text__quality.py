"""The active models on texts that people coded, from orchestration/coding.py."""


def model(dbt, session):
    """Figures per task, language and label."""
    from orchestration.coding import quality_table
    from orchestration.text_store import TextStore

    dbt.ref("int_text__scored")
    return quality_table(TextStore(session))
