import pyarrow as pa

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.value_tables import POOR_SERVICE, poor_service_rows


def model(dbt, session):
    assumptions = ValueAssumptions.of_seed(dbt.ref("assumptions"))
    cells = dbt.ref("int_value__poor_service").fetchnumpy()
    bases = dbt.ref("int_value__bases").order("base_kind, fit_key").fetchnumpy()
    return pa.Table.from_pylist(poor_service_rows(cells, bases, assumptions), schema=POOR_SERVICE)
