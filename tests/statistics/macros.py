"""Renders the SQL macros of the project and evaluates them in DuckDB; they use nothing of dbt."""

from __future__ import annotations

from pathlib import Path

import duckdb
import jinja2
import numpy as np
import pandas as pd

MACROS = Path(__file__).parents[2] / "macros"
NAMES = [
    "z_975",
    "wilson_bound",
    "net_share_bound",
    "beyond_rounding",
    "mean_standard_error",
    "ratio_standard_error",
    "t_quantile",
    "normal_cdf",
    "mcnemar_p",
    "kappa",
    "kappa_standard_error",
    "design_effect",
]
SOURCE = "\n".join((MACROS / f"{name}.sql").read_text(encoding="utf-8") for name in NAMES)


def render(call: str) -> str:
    """SQL of a macro call such as `z_975()`."""
    return (
        jinja2.Environment(extensions=["jinja2.ext.do"])
        .from_string(SOURCE + "{{ " + call + " }}")
        .render()
        .strip()
    )


def evaluate(call: str, **columns: object) -> np.ndarray:
    """The macro on every row of the columns, which are broadcast to one length; NaN where SQL says null."""
    arrays = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(values, dtype=float)) for values in columns.values())
    )
    rows = pd.DataFrame(dict(zip(columns, arrays, strict=True)))
    rows["row_number"] = np.arange(len(rows))
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        # a NaN of pandas stands for null, as an absent cell of a seed does
        cells = ", ".join(
            f'case when isnan("{name}") then null else "{name}" end as "{name}"' for name in columns
        )
        query = f"select cast({render(call)} as double) as answer from (select row_number, {cells} from rows)"
        found = connection.execute(f"{query} order by row_number").fetchnumpy()["answer"]
    return np.ma.filled(found.astype(float), np.nan)
