import pyarrow as pa

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.value_tables import LIFETIMES, lifetime_rows


def model(dbt, session):
    assumptions = ValueAssumptions.of_seed(dbt.ref("assumptions"))
    renewals = dbt.ref("int_value__renewals").fetchnumpy()
    wanted = dbt.ref("int_value__customer_margins").project("product, renewal_number").distinct().fetchnumpy()
    return pa.Table.from_pylist(lifetime_rows(renewals, wanted, assumptions), schema=LIFETIMES)
