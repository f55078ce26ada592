"""The delivered files of the simulated organisation and what follows from them by the definitions alone."""

from __future__ import annotations

import polars as pl
import pytest

from tests.metrics.cells import periods
from tests.metrics.delivered import Delivery
from tests.metrics.losses import losses
from tests.metrics.observed import observations
from tests.metrics.revenue import revenue
from tests.projects import Project


@pytest.fixture(scope="session")
def delivery(demo: Project) -> Delivery:
    return Delivery(demo.root, demo.root / "landing")


@pytest.fixture(scope="session")
def observed(delivery: Delivery) -> pl.DataFrame:
    return observations(delivery)


@pytest.fixture(scope="session")
def lost(delivery: Delivery, observed: pl.DataFrame) -> pl.DataFrame:
    """What belongs to a period as a whole: who is lost in it, and what its first customers pay at its end."""
    known = periods(observed["day"].min(), observed["day"].max())
    return pl.concat([losses(delivery, known), revenue(delivery, known)], how="diagonal_relaxed")


@pytest.fixture(scope="session")
def published(demo: Project) -> pl.DataFrame:
    """All figures of the mart."""
    names = [name for (name,) in demo.query("select column_name from (describe marts.metric_values)")]
    return pl.DataFrame(
        demo.query("select * from marts.metric_values"), schema=names, orient="row", infer_schema_length=None
    )
