"""`merit explain` for an agency that is no played place, in another time zone, from services that no launcher started."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from werkzeug.serving import make_server

from services.payroll.service import SERVICE
from tests.support import payroll_year as year
from tests.support.payroll_web import hear, pay, publish
from tests.support.payroll_year import at
from tests.support.web import Web, web

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sorong(postgres_url: str) -> Iterator[Web]:
    """Payroll of Sorong over HTTP, with M1's April paid."""
    with web(postgres_url, SERVICE, "sorong_pay", ("sorong=Asia/Jayapura", "other")) as here:
        here.agency = "sorong"
        publish(here)
        hear(here, year.registered(), year.position(), year.imported(), *year.plan_and_scores(), year.delivered("butuh_perbaikan"))
        hear(here, *year.objection(), year.attendance(4, late=450))
        pay(here, 4, at(5, 8))
        server = make_server("127.0.0.1", 0, here.app, threaded=True)
        Thread(target=server.serve_forever, daemon=True).start()
        here.url = f"http://127.0.0.1:{server.server_port}"
        yield here
        server.shutdown()


def run(tmp_path: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, env=os.environ | {"MERIT_HOME": str(tmp_path / "nothing")})


def explained(here: Web, tmp_path: Path, *more: str, employee: str = "m1") -> subprocess.CompletedProcess[str]:
    token = tmp_path / "token"
    token.write_text(here.token(employee, "employee") + "\n")
    argv = [sys.executable, str(ROOT / "merit.py"), "explain", employee, "2026-04", "--at", f"payroll={here.url}"]
    return run(tmp_path, *argv, "--token-file", str(token), *more)


@pytest.mark.parametrize(("language", "said"), [("id", "M1, TPP April 2026: dibayarkan"), ("en", "M1, allowance of April 2026: posted")])
def test_a_month_is_explained_where_the_agency_is(sorong: Web, tmp_path: Path, language: str, said: str) -> None:
    done = explained(sorong, tmp_path, "--lang", language)
    assert done.returncode == 0 and done.stdout.startswith(said) and "‹" not in done.stdout, done.stderr
    answer = sorong.call("GET", "/v1/allowances/m1/2026-04/explanation", ("m1", "employee")).get_json()
    recorded = [datetime.fromisoformat(step["recorded"]) for step in answer["chain"] if "recorded" in step]
    there = {moment.astimezone(ZoneInfo("Asia/Jayapura")) for moment in recorded}
    assert answer["zone"] == "Asia/Jayapura" and len(there) > 5
    assert [moment for moment in there if f"  {moment:%Y-%m-%d %H:%M}  " not in done.stdout] == []


def test_who_is_not_there_is_told_in_words_and_without_a_trace(sorong: Web, tmp_path: Path) -> None:
    done = explained(sorong, tmp_path, employee="m99")
    assert done.returncode == 1 and "404" in done.stderr and "Traceback" not in done.stderr


def test_without_a_token_and_without_a_merit_of_this_machine_the_command_says_how(tmp_path: Path) -> None:
    argv = [sys.executable, str(ROOT / "merit.py"), "explain", "m1", "2026-04", "--at", "payroll=https://pay.sorong.example"]
    done = run(tmp_path, *argv)
    assert done.returncode == 1 and "make run" in done.stderr and "Traceback" not in done.stderr
