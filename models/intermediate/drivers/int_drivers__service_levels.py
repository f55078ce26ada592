import pyarrow as pa

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.tables import SERVICE_LEVELS, service_level_rows


def model(dbt, session):
    assumptions = Assumptions.of_seed(dbt.ref("assumptions"))
    shown = dbt.ref("int_drivers__shown").filter("analysis = 'service_level'").set_alias("shown")
    sums = dbt.ref("int_drivers__service_level_moments").set_alias("sums")
    sums = sums.join(
        shown,
        "sums.service_level_code = shown.subject_code and sums.outcome_metric_code = shown.outcome_metric_code "
        "and sums.scope_kind = shown.scope_kind and sums.scope_key = shown.scope_key",
        how="semi",
    )
    return pa.Table.from_pylist(service_level_rows(sums.fetchnumpy(), assumptions), schema=SERVICE_LEVELS)
