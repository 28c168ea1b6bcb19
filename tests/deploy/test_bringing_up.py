"""The order of docs/operating.md on a real PostgreSQL: databases by the composition's script, the wait, the migration, its end."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import make_dsn, parse_dsn

from shared.local.databases import on
from shared.local.postgres import LocalPostgres
from tests.support.manifests import ROOT

PASSWORD = "a/b@c d%"


def merit(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MERIT_")} | settings
    command = [sys.executable, "-m", "shared.process.cli", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)


def test_databases_are_made_then_awaited_then_migrated(local_postgres: LocalPostgres, tmp_path: Path):
    (tmp_path / "database-password").write_text(PASSWORD, encoding="ascii")
    text = (ROOT / "deploy" / "compose" / "databases.sh").read_text(encoding="utf-8")
    script = tmp_path / "databases.sh"
    script.write_text(text.replace("/run/secrets", str(tmp_path)), encoding="utf-8")
    server = parse_dsn(local_postgres.admin_url)
    names = {"host": "PGHOST", "port": "PGPORT", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = {names[key]: value for key, value in server.items() if key in names} | {"POSTGRES_USER": server["user"]}
    subprocess.run(["bash", str(script)], env=os.environ | environment, check=True, timeout=120)

    def url(role: str) -> str:
        return on(local_postgres.admin_url, "feedback", role, "").replace(f"{role}:@", f"{role}@")

    waiting = {"MERIT_DATABASE_URL": url("feedback_app"), "MERIT_DATABASE_PASSWORD_FILE": str(tmp_path / "database-password")}
    owner = {
        "MERIT_OWNER_DATABASE_URL": url("feedback_owner"),
        "MERIT_OWNER_DATABASE_PASSWORD_FILE": str(tmp_path / "database-password"),
        "MERIT_APP_ROLE": "feedback_app",
        "MERIT_LOG_ROLE": "feedback_log",
        "MERIT_AGENCIES": "mulyorejo",
    }
    before = merit("await-migration", "feedback", "--seconds", "0", **waiting)
    assert before.returncode == 1
    assert "waiting for `merit migrate feedback`: revisions missing" in before.stderr
    for _ in range(2):
        done = merit("migrate", "feedback", **owner)
        assert done.returncode == 0, done.stderr
    after = merit("await-migration", "feedback", "--seconds", "0", **waiting)
    assert (after.returncode, after.stderr) == (0, "")

    # A release whose views have another shape: its pods wait for the rebuild, which fills the next generation.
    with closing(psycopg2.connect(make_dsn(url("feedback_owner"), password=PASSWORD))) as database, database, database.cursor() as cursor:
        cursor.execute("update view_generations set shape = 'before' where view = 'surveys'")
    reshaped = merit("await-migration", "feedback", "--seconds", "0", **waiting)
    assert reshaped.returncode == 1
    assert "waiting for `merit rebuild feedback`: views of another shape: surveys" in reshaped.stderr
    told = "the view surveys is new or has a new shape: run `merit rebuild feedback --view surveys`\n"
    assert merit("migrate", "feedback", **owner).stdout == told
    rebuilt = merit("rebuild", "feedback", **waiting, **owner)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert merit("await-migration", "feedback", "--seconds", "0", **waiting).returncode == 0

    stranger = make_dsn(url("payroll_app"), password=PASSWORD)
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(stranger).close()
