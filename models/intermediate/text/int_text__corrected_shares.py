"""Shares of labels, the mistakes of learned models accounted for (service_control/text/prevalence.py)."""

CELL = ("task", "label", "period_grain", "period_start", "scope_kind", "scope_key")


def model(dbt, session):
    """From counts per cell and step of evidence."""
    import numpy as np
    import pyarrow as pa

    from service_control.text.prevalence import STEPS_PER_UNIT, prevalence

    parts = dbt.ref("int_text__evidence_parts")
    session.register("evidence_parts", parts)
    rows = session.sql(
        f"select *, dense_rank() over (order by {', '.join(CELL)}) - 1 as cell from evidence_parts"
    )
    rows = rows.to_arrow_table()
    columns = {name: rows[name].to_numpy() for name in ("cell", "step", "text_count")}
    cells = (
        rows.select([*CELL, "cell"])
        .group_by([*CELL, "cell"], use_threads=False)
        .aggregate([])
        .sort_by("cell")
    )
    size = np.bincount(columns["cell"], columns["text_count"])
    found = prevalence(columns["step"] / STEPS_PER_UNIT, columns["cell"], columns["text_count"], size)
    made = cells.select(list(CELL))
    for name, values in (("share", found.value), ("ci_low", found.low), ("ci_high", found.high)):
        made = made.append_column(name, pa.array(values, pa.float64()))
    return made
