"""HTTP: a command through the real app beside bare Flask with psycopg2 doing one insert, under the same gunicorn options."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypedDict

import flask
import psycopg2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from marshmallow import Schema, fields, validate

from bench import ground, ledger
from bench.latency import settings
from shared.http.acting import RequestWork, commanding
from shared.http.answers import Version, Words
from shared.http.blueprint import Blueprint
from shared.http.identity import sign_token
from shared.http.policy import Allow, Policy
from shared.local.databases import ServiceDatabase
from shared.local.ports import free_port, listens
from shared.process import api
from shared.process.clock import machine_now

CLIENTS, SECONDS, ROUNDS = 8, 4.0, 5
BODY = b'{"amount": 5, "note": "a note of some words"}'


class AddBody(Schema):
    amount = fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
    note = fields.String(required=True, validate=validate.Length(1, 200))


class AmountAdded(TypedDict):
    account: Words
    version: Version


accounts = Blueprint("accounts", __name__, url_prefix="/v1", description="Accounts.")


@accounts.route("/accounts/<account>/amounts", methods=["POST"])
@accounts.arguments(AddBody)
@commanding("add", subject="account", status=201)
def add(work: RequestWork, body: dict[str, Any], account: str) -> AmountAdded:
    """Add an amount."""
    done = work.execute(ledger.ACCOUNT, ledger.Added(account, body["amount"], body["note"]))
    return {"account": account, "version": done.version}


SERVICE = replace(ledger.LEDGER, blueprints=(accounts,), policy=Policy((Allow("add", role="employee"),), {}))


def ours(urls: ServiceDatabase, port: int, public_key: str) -> None:
    api.run(SERVICE, replace(settings("ledger", urls, "kafka://none:1"), jwt_public_key=public_key, api_bind=f"127.0.0.1:{port}"))


def bare(url: str, port: int) -> None:
    """One insert a request, in autocommit mode over a connection that each thread keeps; nothing else."""
    app, kept = flask.Flask("bare"), threading.local()

    @app.post("/v1/accounts/<account>/amounts")
    def add(account: str) -> tuple[flask.Response, int]:
        body = flask.request.get_json()
        if not hasattr(kept, "connection"):
            kept.connection = psycopg2.connect(url)
            kept.connection.autocommit = True
        with kept.connection.cursor() as cursor:
            cursor.execute(
                "insert into plain (account, amount, note) values (%s, %s, %s) returning id", (account, body["amount"], body["note"])
            )
            version = cursor.fetchone()[0]
        return flask.jsonify(account=account, version=version), 201

    api.serve(app, f"127.0.0.1:{port}", "bare", workers=2, threads=4)


@contextmanager
def serving(work: Callable[..., None], port: int, *given: Any):
    process = ground.FORK.Process(target=work, args=given)
    process.start()
    try:
        ground.wait_until(lambda: listens(port), 60)
        yield
    finally:
        process.terminate()
        process.join(30)


def load(port: int, headers: Mapping[str, str]) -> Callable[[], float]:
    """Requests a second that clients in processes of their own get answered, each over one connection that is kept open."""

    def once() -> float:
        global _asked
        _asked = (port, headers)
        return ground.in_processes(CLIENTS, SECONDS, _ask)

    return once


def _ask(number: int, seconds: float) -> int:
    port, headers = _asked
    connection = http.client.HTTPConnection("127.0.0.1", port)
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        connection.request("POST", f"/v1/accounts/c{number}-{time.monotonic_ns()}/amounts", BODY, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 201:
            raise SystemExit(f"expected 201, found {answer.status}: {said[:300]!r}")
        done += 1
    return done


def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def main() -> list[str]:
    private, public = key_pair()
    token = sign_token(private, issuer="merit", audience="merit", sub="bench", agency=ledger.AGENCY, roles=["employee"], now=machine_now())
    plain = {"Content-Type": "application/json"}
    with ground.server() as server:
        urls = ledger.prepared(server.admin_url, ledger.LEDGER)
        with psycopg2.connect(server.admin_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                "create table plain (id bigint generated always as identity primary key, account text, amount integer, note text,"
                " at timestamptz default now())"
            )
        first, second = free_port(), free_port()
        with serving(ours, first, urls, first, public), serving(bare, second, server.admin_url, second):
            found = ground.rounds(
                {
                    "Merit: token, policy, checked body, load, decide, append": load(first, plain | {"Authorization": f"Bearer {token}"}),
                    "bare Flask, psycopg2, one insert": load(second, plain),
                },
                ROUNDS,
            )
    mine, theirs = found
    return [
        f"| HTTP commands, {CLIENTS} clients, gunicorn 2 × 4 threads | requests/s, median | range |",
        "|---|---|---|",
        *ground.rows(found),
        "",
        f"- {ground.goal(ground.ratio(found, mine, theirs), 0.75, 'of bare Flask', '.2f')}",
    ]


if __name__ == "__main__":
    print("\n".join(main()))
