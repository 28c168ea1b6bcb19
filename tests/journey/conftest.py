"""All places' year played once on each bus, for all journey tests; on the embedded bus it is interrupted on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.local.home import Home
from tests.support.year import STAYS, Year, collected, running


@pytest.fixture(scope="package")
def embedded_year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Played on the embedded bus: stopped by Ctrl-C in May, then started again to the end."""
    home = tmp_path_factory.mktemp("embedded") / "home"
    with running(home, {}, "up") as first:
        first.wait_for("M3 mengajukan keberatan")
        assert first.stop() == 130 and "everything is stopped" in first.said
    with running(home, {}, "up") as again:
        again.wait_for(STAYS)
        yield collected(Year(home, "embedded", {}, Home(home / "embedded").run))


@pytest.fixture(scope="package")
def kafka_year(tmp_path_factory: pytest.TempPathFactory, kafka_bootstrap: str) -> Iterator[Year]:
    """Played on Apache Kafka without interruption."""
    home = tmp_path_factory.mktemp("kafka-year") / "home"
    broker = {"KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap}
    with running(home, broker, "up", "--bus", "kafka") as up:
        up.wait_for(STAYS)
        yield collected(Year(home, "kafka", broker, Home(home / "kafka").run))


@pytest.fixture(scope="package", params=["embedded", "kafka"])
def each_year(request: pytest.FixtureRequest) -> Year:
    """The year on either bus, for what must hold on both."""
    return request.getfixturevalue(f"{request.param}_year")


@pytest.fixture(scope="package")
def four_places(embedded_year: Year) -> Year:
    """All places, played in one run with one clock."""
    return embedded_year
