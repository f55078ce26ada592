import pyarrow as pa

from service_control.statistics.assumptions import Assumptions
from service_control.statistics.tables import ASYMMETRY, asymmetry_rows


def model(dbt, session):
    assumptions = Assumptions.of_seed(dbt.ref("assumptions"))
    asked = dbt.ref("int_drivers__asked").fetchnumpy()
    sums = dbt.ref("int_drivers__shown_moments").fetchnumpy()
    return pa.Table.from_pylist(asymmetry_rows(sums, asked, assumptions), schema=ASYMMETRY)
