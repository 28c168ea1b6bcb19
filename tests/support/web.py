"""A service's app on a database of its own, and callers with tokens: for tests that speak HTTP without a server.

What the app answers is held against its description (:mod:`tests.support.described`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

import psycopg2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from werkzeug.test import TestResponse

from shared.http.app import create_app
from shared.http.identity import Identity, sign_token
from shared.http.serving import Limits
from shared.local.databases import ServiceDatabase, ensure_service
from shared.process.migrate import migrate
from shared.process.service import Service
from shared.store.database import Database
from tests.support.described import DescribedClient

Caller = tuple[str, ...] | str | None
CORRELATION = "5b2c7f7e-3f0a-5b6e-9d0e-0f6f1f6d2a11"
NOON = datetime(2026, 4, 30, 5, tzinfo=UTC)
MACHINE_NOW = datetime(2026, 11, 1, tzinfo=UTC)


@cache
def key_pair(name: str = "ours") -> tuple[str, str]:
    """An RSA key pair in PEM: private, public. The same for the same name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@dataclass
class StoppedClock:
    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment


@dataclass
class Reported:
    """A process's status as a test sets it."""

    is_ready: bool = True

    def ready(self) -> Mapping[str, Any]:
        return {"ready": self.is_ready}

    def settled(self) -> Mapping[str, Any]:
        return {"settled": True}


@dataclass
class Web:
    """The app and how to call it as somebody."""

    app: Flask
    database: Database
    places: ServiceDatabase
    clock: StoppedClock
    status: Reported = field(default_factory=Reported)
    agency: str = "mulyorejo"
    """Whose people call where nothing else is said."""

    def token(self, sub: str, *roles: str, agency: str | None = None, **other: Any) -> str:
        said = {"issuer": "merit", "audience": "merit", "now": MACHINE_NOW - timedelta(minutes=5), "client": "web"} | other
        return sign_token(key_pair()[0], sub=sub, agency=agency or self.agency, roles=roles, **said)

    def call(self, method: str, path: str, who: Caller, headers: Mapping[str, str] = MappingProxyType({}), **sent: Any) -> TestResponse:
        """`who`: (sub, *roles), a token, or None. `sent`: json=, or data= and content_type=."""
        token = self.token(*who) if isinstance(who, tuple) else who
        given = dict(headers) | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.app.test_client().open(path, method=method, headers=given, **sent)

    def owner(self, sql: str, params: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Ask the database as the server's superuser may, past row-level security."""
        with psycopg2.connect(self.places.owner_url) as connection, connection.cursor() as cursor:
            cursor.execute("alter table events no force row level security; alter table idempotency no force row level security")
            cursor.execute(sql, params)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def web(postgres_url: str, service: Service, name: str, agencies: tuple[str, ...], limits: Limits | None = None) -> Iterator[Web]:
    """A migrated database called `name` (and this process) with the service's app over it; dropped afterwards."""
    name = f"{name}_{os.getpid()}"
    places = ensure_service(postgres_url, name, "test")
    migrate(service, places.owner_url, places.roles, agencies)
    database, log = Database(places.app_url), Database(places.log_url)
    clock, status = StoppedClock(), Reported()
    identity = Identity("merit", "merit", key_pair()[1], lambda: MACHINE_NOW)
    parts = {"database": database, "log_database": log, "clock": clock, "identity": identity, "status": status}
    app = create_app(service, **parts, secret="a secret of the tests", limits=limits)
    app.test_client_class = DescribedClient
    try:
        yield Web(app, database, places, clock, status)
    finally:
        database.dispose()
        log.dispose()
        connection = psycopg2.connect(postgres_url)
        connection.autocommit = True
        connection.cursor().execute(f"drop database {name} with (force)")
        connection.close()
