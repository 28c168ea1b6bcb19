"""Migrate one service's database: revisions, agencies, tables of views. Run by the owner; safe to run twice, or twice at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from shared.process.checked import agency
from shared.process.service import Service
from shared.process.settings import Roles, SettingWrong
from shared.store.database import normalised
from shared.views import generations

SHARED = Path(__file__).resolve().parents[1]


def _config(service: Service, roles: Roles) -> Config:
    config = Config()
    own = service.folder / "migrations"
    places = [SHARED / "store" / "migrations", SHARED / "flow" / "migrations", *([own] if own.is_dir() else [])]
    config.set_main_option("script_location", str(SHARED / "process" / "alembic"))
    config.set_main_option("version_locations", ";".join(str(place) for place in places))
    config.set_main_option("path_separator", ";")
    config.set_main_option("version_path_separator", ";")
    config.attributes["roles"], config.attributes["told"] = roles, service.heard.told
    return config


def awaited(service: Service, url: str) -> str | None:
    """What the database at `url` (any role's) still lacks for this code, and the command that makes it; None when it has all.

    Views of another shape are waited for too: until they are rebuilt, the release before goes on answering from them. psycopg2.Error.
    """
    needed = set(ScriptDirectory.from_config(_config(service, Roles("", ""))).get_heads())
    with closing(psycopg2.connect(url.replace("+psycopg2", ""), connect_timeout=5)) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('alembic_version')")
        if cursor.fetchone()[0] is not None:
            cursor.execute("select version_num from alembic_version")
            needed -= {row[0] for row in cursor.fetchall()}
        if needed:
            return f"`merit migrate {service.name}`: revisions missing in the database of {service.name}: {', '.join(sorted(needed))}"
        changed = _changed(cursor, service)
        return f"`merit rebuild {service.name}`: views of another shape: {', '.join(changed)}" if changed else None


def _changed(cursor: psycopg2.extensions.cursor, service: Service) -> list[str]:
    """The views that are there in another shape than this code's."""
    cursor.execute("select view, shape from view_generations")
    known = dict(cursor.fetchall())
    return [view.name for view in service.views if known.get(view.name, generations.shape(view)) != generations.shape(view)]


def migrate(service: Service, owner_url: str, roles: Roles, agencies: tuple[str, ...]) -> list[str]:
    """Bring the database to this code's revision. Returns the views that are new or of another shape, which `merit rebuild` must fill.

    SettingWrong for an agency whose code or time zone is none, before anything is touched.
    """
    for one in agencies:
        if wrong := agency(one):
            raise SettingWrong("MERIT_AGENCIES", wrong)
    engine = create_engine(normalised(owner_url), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as guard:
            guard.execute(text("select pg_advisory_lock(5551)"))
            guard.execute(text("set lock_timeout = '5s'"))
            config = _config(service, roles)
            with create_engine(normalised(owner_url)).connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "heads")
                connection.commit()
            cursor = guard.connection.driver_connection.cursor()
            # Those who wait for this code's revision read here which one is reached.
            cursor.execute(f"grant select on alembic_version to {roles.app}, {roles.log}")
            _register(cursor, agencies)
            return _views(cursor, service, roles)
    finally:
        engine.dispose()


def _register(cursor: psycopg2.extensions.cursor, agencies: tuple[str, ...]) -> None:
    for one in agencies:
        code, _, zone = one.partition("=")
        cursor.execute(
            "insert into agencies (code, zone) values (%s, %s) on conflict (code) do update set zone = excluded.zone",
            (code, zone or "Asia/Jakarta"),
        )


def _views(cursor: psycopg2.extensions.cursor, service: Service, roles: Roles) -> list[str]:
    """Make the first generation of new views; name those that need another.

    A new view has missed what was folded into the others before: it counts as one of another shape until a rebuild fills it.
    """
    cursor.execute("select exists (select from checkpoints)")
    behind = cursor.fetchone()[0]
    cursor.execute("select view from view_generations")
    known = {row[0] for row in cursor.fetchall()}
    for view in service.views:
        if view.name not in known:
            cursor.execute("begin")
            generations.create(cursor, view, 1, roles.app)
            cursor.execute(
                "insert into view_generations (view, generation, shape) values (%s, 1, %s)",
                (view.name, generations.EMPTY if behind else generations.shape(view)),
            )
            cursor.execute("commit")
    return _changed(cursor, service)
