import pyarrow as pa

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.value_tables import EUROS, euro_rows


def model(dbt, session):
    assumptions = ValueAssumptions.of_seed(dbt.ref("assumptions"))
    cells = dbt.ref("int_value__score_cells").order("all")
    levels = dbt.ref("int_value__score_levels").project(
        "*, 4 * year(quarter_start) + quarter(quarter_start) as quarter_number"
    )
    bases = dbt.ref("int_value__bases").order("base_kind, fit_key")
    rows = euro_rows(cells.fetchnumpy(), levels.fetchnumpy(), bases.fetchnumpy(), assumptions)
    return pa.Table.from_pylist(rows, schema=EUROS)
