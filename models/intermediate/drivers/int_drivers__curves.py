import pyarrow as pa

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.tables import CURVE, curve_rows


def model(dbt, session):
    assumptions = Assumptions.of_seed(dbt.ref("assumptions"))
    shown = dbt.ref("int_drivers__shown").filter("analysis = 'expectation'").set_alias("shown")
    sums = dbt.ref("int_drivers__expectation_moments").set_alias("sums")
    sums = sums.join(
        shown,
        "sums.survey_code = shown.subject_code and sums.outcome_metric_code = shown.outcome_metric_code "
        "and sums.scope_kind = shown.scope_kind and sums.scope_key = shown.scope_key",
        how="semi",
    )
    return pa.Table.from_pylist(curve_rows(sums.fetchnumpy(), assumptions), schema=CURVE)
