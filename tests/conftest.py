"""What every test may ask for: a PostgreSQL server, an empty database on it, a Kafka broker; and private ones that may be killed."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import Phase, settings
from psycopg2 import sql

from shared.kernel.refusal import Refused
from shared.local.kafka import LocalKafka
from shared.local.postgres import LocalPostgres
from tests.support import servers, side_by_side

# How long an example takes says how busy the machine is, and nothing of the rule.
settings.register_profile("merit", deadline=None)
# Of a mutant one example is enough, the smallest is of no use.
settings.register_profile("mutant", deadline=None, phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("mutant" if "MUTANT_UNDER_TEST" in os.environ else "merit")

USED = pytest.StashKey[list[str]]()
DATABASE_NUMBERS = itertools.count(1)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[USED] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if side_by_side.is_one_of_many(config):
        items[:] = side_by_side.longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> side_by_side.ByUnitOfWork:
    return side_by_side.ByUnitOfWork(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process beside others tells the one that prints which servers it used."""
    if side_by_side.is_one_of_many(session.config):
        session.config.workeroutput["servers"] = session.config.stash[USED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """What a process beside others used."""
    output = getattr(node, "workeroutput", None)
    told = ["died before it said which it used"] if output is None else output["servers"]
    node.config.stash[USED] += [f"{node.gateway.id}: {line}" for line in told]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Say which servers the tests ran against; a suite that asked for none says so."""
    terminalreporter.section("servers")
    interrupted = exitstatus == pytest.ExitCode.INTERRUPTED
    for line in config.stash[USED] or ["interrupted before it was said" if interrupted else "none was needed"]:
        terminalreporter.line(line)


@pytest.fixture(scope="session", autouse=True)
def _every_refusal_is_said() -> Iterator[None]:
    """Whatever a test asks of a refusal: its three parts are sentences for a person, and none speaks of Python's None."""
    made = Refused.__init__

    def said(self: Refused, code: str, *, expected: str, found: str, remedy: str, **more: Any) -> None:
        assert all(isinstance(part, str) for part in (code, expected, found, remedy)), (code, expected, found, remedy)
        assert not re.search(r"\bNone\b", f"{expected} {remedy}"), (code, expected, remedy)
        made(self, code, expected=expected, found=found, remedy=remedy, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Refused, "__init__", said)
        yield


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a user who may make databases and roles, on the server that all tests share."""
    with servers.postgres(tmp_path_factory.mktemp("postgres"), pytestconfig.stash[USED].append) as server:
        pytestconfig.stash[USED].append(server.told)
        yield server.address


@pytest.fixture(scope="session")
def kafka_bootstrap(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`host:port` of the broker that all tests share: give topics names of your own. Fails where no broker can be had."""
    with servers.kafka(tmp_path_factory.mktemp("kafka"), pytestconfig.stash[USED].append) as server:
        pytestconfig.stash[USED].append(server.told)
        yield server.address


@pytest.fixture
def database(postgres_url: str) -> Iterator[str]:
    """The URL, for the server's superuser, of a new empty database that is dropped afterwards, even with connections open."""
    name = f"test_{os.getpid()}_{next(DATABASE_NUMBERS)}"
    with closing(psycopg2.connect(postgres_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            try:
                yield _on_database(postgres_url, name)
            finally:
                cursor.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _on_database(url: str, name: str) -> str:
    address, question_mark, options = url.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{question_mark}{options}"


@pytest.fixture
def local_postgres(tmp_path: Path) -> Iterator[LocalPostgres]:
    """A private PostgreSQL that a test may stop, kill and start again on the same port and data."""
    with LocalPostgres(tmp_path / "postgres", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _private_kafka(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    with LocalKafka(tmp_path_factory.mktemp("private-kafka")) as broker:
        pytestconfig.stash[USED].append("another broker of this machine, for outages")
        yield broker


@pytest.fixture
def local_kafka(_private_kafka: LocalKafka) -> Iterator[LocalKafka]:
    """A broker that a test may stop, kill, pause and start again on the same ports and data; it runs when the test begins.

    Tests use it one after the other: give topics names of your own.
    """
    _private_kafka.start()
    yield _private_kafka
    if _private_kafka.running:
        _private_kafka.resume()
