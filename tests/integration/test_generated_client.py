"""Another agency's programmer makes a client from the description: it knows every answer by its type, and files an objection."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from shared.http.app import create_app
from shared.process.finding import load_service, service_names
from tests.integration.test_appraisal_routes import delivered, opened
from tests.support.appraisal import SETTINGS
from tests.support.appraisal_office import SUPERIOR, Office

ROOT = Path(__file__).parents[2]


def generated(service: str, folder: Path) -> Path:
    """A client as `docs/clients.md` makes it; a place of the description that the generator does not understand is an error."""
    app = create_app(load_service(service), database=None, log_database=None, clock=None, identity=None, status=None)
    said = folder / f"{service}.json"
    said.write_text(json.dumps(app.test_client().get("/openapi.json").get_json()), encoding="utf-8")
    made, config = folder / f"{service}_client", ROOT / "docs" / "openapi-python-client.yaml"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", said, "--output-path", made, "--meta", "none"]
    done = subprocess.run([*command, "--config", config, "--fail-on-warning"], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.mark.parametrize("service", sorted(service_names()))
def test_every_services_description_gives_a_whole_client(service: str, tmp_path: Path):
    made = generated(service, tmp_path)
    app = create_app(load_service(service), database=None, log_database=None, clock=None, identity=None, status=None)
    views = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint != "api-docs.openapi_json"}
    assert len(list(made.glob("api/*/[a-z]*.py"))) == len(views)


@pytest.fixture
def office(postgres_url: str) -> Iterator[Office]:
    with opened(postgres_url, "generated_client", SETTINGS) as made:
        yield made


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    generated("appraisal", tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield importlib.import_module("appraisal_client")
    for name in [name for name in sys.modules if name.partition(".")[0] == "appraisal_client"]:
        del sys.modules[name]


def test_a_generated_client_files_an_objection_and_reads_it_typed(office: Office, client: ModuleType):
    models = importlib.import_module("appraisal_client.models")
    objections = {
        name: importlib.import_module(f"appraisal_client.api.objections.{name}")
        for name in ("file_objection", "show_objection", "decide_objection")
    }

    def caller(*who: str) -> Any:
        transport = httpx.WSGITransport(app=office.web.app)
        return client.AuthenticatedClient("http://appraisal.test", office.web.token(*who), httpx_args={"transport": transport})

    delivered(office, "budi")
    office.at("2026-04-30")
    budi, body = caller("budi", "employee"), models.NewObjection(items=["permits"], arguments="Aplikasi padam", evidence=["cd" * 32])
    filing = {"employee": "budi", "period": "2026-Q1", "client": budi, "body": body, "idempotency_key": "keberatan-1"}
    filed = objections["file_objection"].sync_detailed(**filing)
    assert isinstance(filed.parsed, models.ObjectionAdmitted) and filed.headers["Location"] == "/v1/appraisals/budi/2026-Q1/objection"
    assert filed.parsed.decision_due == datetime(2026, 5, 7, 17, tzinfo=UTC)
    again = objections["file_objection"].sync_detailed(**filing)
    assert (again.parsed, again.headers["Location"]) == (filed.parsed, filed.headers["Location"])

    read = objections["show_objection"].sync("budi", "2026-Q1", client=budi)
    assert isinstance(read, models.Objection) and read.status is models.ObjectionStatus.FILED
    assert (read.items, read.arguments, read.evidence) == (["permits"], "Aplikasi padam", ["cd" * 32])
    assert read.who_may.action is models.WhoMayAction.DECIDE_OBJECTION and read.who_may.persons == ["chief"]

    decision = models.Decision(
        outcome=models.DecisionOutcome.GRANTED,
        document="800/1/2026",
        reasons="Berita acara membenarkan",
        ratings=models.Ratings(models.RatingsResultRating.AS, models.RatingsBehaviourRating.AS),
    )
    deciding = {"employee": "budi", "period": "2026-Q1", "client": caller(*SUPERIOR), "body": decision}
    stale = objections["decide_objection"].sync(**deciding, if_match='"1"')
    assert isinstance(stale, models.Problem) and stale.type_ == "urn:merit:problem:stale-version" and stale.remedy
    decided = objections["decide_objection"].sync(**deciding, if_match=f'"{read.version}"')
    assert isinstance(decided, models.DecidedObjection) and decided.outcome is models.ObjectionOutcome.GRANTED
    assert (decided.before.predicate, decided.after.predicate) == (models.Predicate.BUTUH_PERBAIKAN, models.Predicate.BAIK)
    read = objections["show_objection"].sync("budi", "2026-Q1", client=budi)
    assert read.status is models.ObjectionStatus.DECIDED and read.decision.reasons == "Berita acara membenarkan"


def test_a_generated_client_knows_an_objection_that_came_too_late(office: Office, client: ModuleType):
    models = importlib.import_module("appraisal_client.models")
    filing, reading = (importlib.import_module(f"appraisal_client.api.objections.{name}") for name in ("file_objection", "show_objection"))
    delivered(office, "citra")
    office.at("2026-05-05", "00:10")
    office.settle()
    transport = httpx.WSGITransport(app=office.web.app)
    citra = client.AuthenticatedClient("http://appraisal.test", office.web.token("citra", "employee"), httpx_args={"transport": transport})
    late = filing.sync("citra", "2026-Q1", client=citra, body=models.NewObjection(items=["whole"], arguments="Sumber data terlambat"))
    assert isinstance(late, models.ObjectionTooLate) and late.due == datetime(2026, 5, 4, 17, tzinfo=UTC) < late.found
    assert isinstance(reading.sync("citra", "2026-Q1", client=citra), models.LateObjection)
