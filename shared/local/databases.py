"""Databases and roles on a server: one database a service, with an owner, a role per agency's work and a role for the log."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from shared.process.settings import Roles


@dataclass(frozen=True)
class ServiceDatabase:
    """Where one service's database is, for each of its three roles."""

    owner_url: str
    app_url: str
    log_url: str
    roles: Roles


def on(url: str, database: str, user: str | None = None, password: str | None = None) -> str:
    """The same server, another database, and another user if one is given."""
    parts = urlsplit(url)
    address = parts.netloc
    if user is not None:
        address = f"{quote(user)}:{quote(password or '')}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit((parts.scheme, address, f"/{database}", parts.query, ""))


def _role(cursor: psycopg2.extensions.cursor, name: str, password: str) -> None:
    """Make the role, or give it this password; it has no right but to log in."""
    cursor.execute("select 1 from pg_roles where rolname = %s", (name,))
    verb = "alter" if cursor.fetchone() else "create"
    cursor.execute(
        sql.SQL(verb + " role {} login nosuperuser nobypassrls nocreatedb nocreaterole password {}").format(
            sql.Identifier(name), sql.Literal(password)
        )
    )


def _database(cursor: psycopg2.extensions.cursor, name: str, owner: str) -> None:
    cursor.execute("select 1 from pg_database where datname = %s", (name,))
    if not cursor.fetchone():
        cursor.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(owner)))
        cursor.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner)))
    cursor.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def ensure_service(admin_url: str, name: str, password: str) -> ServiceDatabase:
    """The database `name` with its roles, made where they are missing. `admin_url` may make databases and roles."""
    owner, roles = f"{name}_owner", Roles(f"{name}_app", f"{name}_log")
    with closing(psycopg2.connect(admin_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for role in (owner, *roles):
                _role(cursor, role, password)
            _database(cursor, name, owner)
            cursor.execute(
                sql.SQL("grant connect, temporary on database {} to {}; grant connect on database {} to {}").format(
                    sql.Identifier(name), sql.Identifier(roles.app), sql.Identifier(name), sql.Identifier(roles.log)
                )
            )
    urls = [on(admin_url, name, role, password) for role in (owner, *roles)]
    return ServiceDatabase(*urls, roles)


def ensure_bus(admin_url: str, name: str, password: str) -> str:
    """The embedded bus's own database and its one role. Returns its URL."""
    with closing(psycopg2.connect(admin_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            _role(cursor, name, password)
            _database(cursor, name, name)
    return on(admin_url, name, name, password)
