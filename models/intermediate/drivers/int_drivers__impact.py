import pyarrow as pa

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.tables import IMPACT, churn_rows, impact_rows


def model(dbt, session):
    assumptions = Assumptions.of_seed(dbt.ref("assumptions"))
    asked = dbt.ref("int_drivers__asked").fetchnumpy()
    sums = dbt.ref("int_drivers__shown_moments").fetchnumpy()
    shown = dbt.ref("int_drivers__shown").fetchnumpy()
    answers = dbt.ref("int_drivers__churn_rows").fetchnumpy()
    rows = impact_rows(sums, asked, assumptions) + churn_rows(answers, shown, asked, assumptions)
    return pa.Table.from_pylist(rows, schema=IMPACT)
