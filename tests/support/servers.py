"""The servers that tests run against: given in the environment, else in containers where an engine answers, else this machine's own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import DockerException

from shared.local.kafka import LocalKafka, kafka_version
from shared.local.postgres import GivenPostgres, LocalPostgres, server_version

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "confluentinc/cp-kafka:7.6.0"


@dataclass(frozen=True)
class Server:
    """A running server: where it is, and one line that says what it is and where it came from."""

    address: str
    told: str


@contextmanager
def postgres(folder: Path, note: Callable[[str], None]) -> Iterator[Server]:
    """A PostgreSQL server; `address` is a URL of one who may make databases and roles. `note` hears why a better source was passed over."""
    if os.environ.get("DATABASE_URL"):
        given = GivenPostgres(os.environ["DATABASE_URL"])
        given.start()
        yield Server(given.admin_url, f"PostgreSQL {given.version()} of DATABASE_URL")
        return
    with _container_or_none(_postgres_container, note) as url:
        if url is not None:
            yield Server(url, f"PostgreSQL {server_version(url)} in a container of {POSTGRES_IMAGE}")
            return
    with LocalPostgres(folder, durable=False) as local:
        yield Server(local.admin_url, f"PostgreSQL {server_version(local.admin_url)} from the wheel, fsync off")


@contextmanager
def kafka(folder: Path, note: Callable[[str], None]) -> Iterator[Server]:
    """An Apache Kafka broker; `address` is what clients bootstrap from. Raises KafkaUnusable when none can be had: never a skip."""
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        bootstrap = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
        yield Server(bootstrap, f"Apache Kafka at {bootstrap}, of KAFKA_BOOTSTRAP_SERVERS")
        return
    with _container_or_none(_kafka_container, note) as bootstrap:
        if bootstrap is not None:
            yield Server(bootstrap, f"Apache Kafka in a container of {KAFKA_IMAGE}")
            return
    with LocalKafka(folder) as local:
        yield Server(local.bootstrap, f"Apache Kafka {kafka_version()} from its jars")


def engine_answers() -> bool:
    """Whether a container engine answers within two seconds."""
    try:
        client = docker.from_env(timeout=2)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except (DockerException, OSError):
        return False


@contextmanager
def _postgres_container() -> Iterator[str]:
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(POSTGRES_IMAGE, driver=None).with_command("postgres -c max_connections=200 -c fsync=off") as container:
        yield container.get_connection_url()


@contextmanager
def _kafka_container() -> Iterator[str]:
    from testcontainers.community.kafka import KafkaContainer

    with KafkaContainer(KAFKA_IMAGE).with_kraft() as container:
        yield container.get_bootstrap_server()


@contextmanager
def _container_or_none(start: Callable[[], AbstractContextManager[str]], note: Callable[[str], None]) -> Iterator[str | None]:
    if not engine_answers():
        yield None
        return
    container = start()
    try:
        address = container.__enter__()
    except Exception as error:  # an engine without the image and without a way to it: whatever it raises, the machine's own server is left
        note(f"a container engine answers but gave no server ({type(error).__name__}: {error}); this machine's own is used")
        yield None
        return
    try:
        yield address
    finally:
        container.__exit__(None, None, None)
