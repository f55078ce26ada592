import pyarrow as pa

from service_control.statistics.assumptions import ValueAssumptions
from service_control.statistics.value_tables import LINKS, link_rows


def model(dbt, session):
    assumptions = ValueAssumptions.of_seed(dbt.ref("assumptions"))
    chain = dbt.ref("value_chain").order("position").fetchnumpy()
    panel = dbt.ref("int_value__unit_panel").project(
        "*, 4 * year(quarter_start) + quarter(quarter_start) as quarter_number"
    )
    return pa.Table.from_pylist(link_rows(chain, panel.fetchnumpy(), assumptions), schema=LINKS)
