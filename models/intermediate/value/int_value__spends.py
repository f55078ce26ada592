import pyarrow as pa

from service_control.statistics.value_tables import SPENDS, spend_rows


def model(dbt, session):
    spends = dbt.ref("int_value__purchase_histories").aggregate(
        "frequency, spend_step, count(*) as customer_count"
    )
    rows = spend_rows(spends.order("frequency, spend_step").fetchnumpy())
    return pa.Table.from_pylist(rows, schema=SPENDS)
