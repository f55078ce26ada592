import pyarrow as pa

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.value_tables import PURCHASES, purchase_rows


def model(dbt, session):
    assumptions = ValueAssumptions.of_seed(dbt.ref("assumptions"))
    histories = dbt.ref("int_value__purchase_histories").aggregate(
        "frequency, recency_weeks, age_weeks, count(*) as customer_count"
    )
    rows = purchase_rows(histories.order("frequency, recency_weeks, age_weeks").fetchnumpy(), assumptions)
    return pa.Table.from_pylist(rows, schema=PURCHASES)
