"""The edge and the contracts agree: whatever a route or a spreadsheet lets into an event is what the event's schema promises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from importlib import import_module
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.feedback.domain.scale import ASPECT
from services.feedback.domain.terms import KIND
from services.payroll.domain.scheme import NAME
from services.personnel.domain.proposals import proposal_name
from services.personnel.domain.sanction import sanction_name
from services.personnel.domain.settings import CODE as SHORT_CODE
from services.personnel.reactions.discipline import PROGRAMME
from shared.events.schemas import Forms
from shared.http.app import create_app
from shared.http.forms import Edge
from shared.http.identity import PERSON
from shared.kernel.refusal import Refused
from shared.kernel.settings import CITED, CODE
from shared.process.asyncapi import published
from shared.process.finding import load_service, service_names

KEPT_AS_TEXT = {
    "appraisal": {"what", "obstacle", "report", "reasons", "arguments", "reason"},
    "personnel": {"agreement", "reason"},
    "feedback": {"remark", "body", "contact", "answer", "reason", "question", "reply"},
    "payroll": set(),
}
"""Bodies' free text: it goes to the table of texts, never into an event."""
KEPT_NOWHERE = {"case_token", "nip", "receipt_code", "to"}
"""In no event: a citizen's token becomes a pseudonym, a NIP goes to the vault, a receipt code leaves its digest, `to` is an address."""
NUMBERS = {("personnel", "training/completion.score")}
"""Numbers written as text; the event has them as integers."""
MEANT = {
    ("appraisal", "plans/targets.unit"): "TargetSet.unit",
    ("appraisal", "plans/targets.value"): "TargetSet.value",
    ("appraisal", "plans/progress.value"): "ProgressRecorded.value",
    ("appraisal", "appraisals/scores.value"): "ScoreSubmitted.value",
    ("appraisal", "appraisals/scores.what"): "what",
    ("appraisal", "appraisals/scores.item"): "item",
    ("appraisal", "appraisals/objections/decision.outcome"): "ObjectionDecided.outcome",
    ("appraisal", "rules-acknowledgements.how"): "RulesAcknowledged.how",
    ("personnel", "proposals/decision.outcome"): "DevelopmentDecided.outcome",
    ("personnel", "development/closed.outcome"): "GuidanceClosed.outcome",
    ("personnel", "improvement/close.outcome"): "ImprovementPeriodClosed.outcome",
    ("personnel", "training/completion.result"): "TrainingCompleted.result",
    ("personnel", "vacancies.kind"): "VacancyOpened.kind",
    ("personnel", "employees/end.kind"): "EmploymentEnded.kind",
    ("personnel", "employees/interruptions.kind"): "ServiceInterrupted.kind",
    ("personnel", "calendar/holidays.kind"): "HolidayDeclared.kind",
    ("feedback", "peer-rounds.subjects"): "employee",
    ("feedback", "surveys/answers.not_applicable"): "element",
    ("feedback", "surveys/answers.unanswered"): "element",
    ("feedback", "peer-rounds.raters"): "employee",
    ("feedback", "complaints.kind"): "ComplaintResolved.kind",
}
"""Where a member's name alone does not say which field of which event it becomes."""
WORDS = {
    ("personnel", "name"), ("personnel", "nip"), ("personnel", "email"), ("personnel", "phone"), ("personnel", "assessor_nip"),
    ("personnel", "superior_nip"), ("appraisal", "what"), ("feedback", "case"), ("personnel", "rank"),
}  # fmt: skip
"""Columns of any text: names and numbers for the vault, wording for the texts, a case that becomes a pseudonym, a rank that is checked."""
ADVERSE = (
    "", " ", "a\n", "a" * 41, "a" * 61, "a" * 121, "1" * 16, "199003152015032990", "800/199003152015032990", "Siti Aminah", "é", "SKP",
    "siti.aminah@example.id", "-", "_a", "A1", "800/1/2026\n", "800/KB-01/2026 tentang penghargaan kepada pegawai teladan tahun ini",
)  # fmt: skip


def bodies(service: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every text of every JSON body, as (route, member, schema), from the API's own description."""
    app = create_app(load_service(service), database=None, log_database=None, clock=None, identity=None, status=None)
    said = app.test_client().get("/openapi.json").get_json()
    for path, operations in said["paths"].items():
        route = "/".join(part for part in path.removeprefix("/v1/").split("/") if "{" not in part)
        for method, operation in operations.items():
            body = operation.get("requestBody") if method != "parameters" else None
            if body and "application/json" in body["content"] and route != "rule-sets":
                yield from (
                    (route, *one) for one in _texts(body["content"]["application/json"]["schema"], said["components"]["schemas"], "")
                )


def _texts(schema: Mapping[str, Any], known: Mapping[str, Any], member: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    for option in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        yield from _texts(option, known, member)
    for name, inner in schema.get("properties", {}).items():
        yield from _texts(inner, known, name)
    for within in ("items", "additionalProperties"):
        if isinstance(schema.get(within), Mapping):
            yield from _texts(schema[within], known, member)
    if "string" in (schema.get("type"), *(schema.get("type") or ())) or "enum" in schema:
        yield member, schema


def promised(service: str, route: str, member: str) -> list[Mapping[str, Any]]:
    """The forms that the member has as a field of the service's published events."""
    forms = Forms.read(service)
    if (service, f"{route}.{member}") in MEANT:
        found = Edge(service).form(MEANT[service, f"{route}.{member}"])
        return [found]
    owners = {declared.model for declared in published(load_service(service))}
    parts = {part for owner in owners for part in _parts(owner)}
    return [forms.of(one.__name__, member) for one in (*owners, *parts) for field in fields(one) if field.name == member]


def _parts(owner: type) -> Iterator[type]:
    module = import_module(owner.__module__)
    yield from (one for name, one in vars(module).items() if isinstance(one, type) and hasattr(one, "__dataclass_fields__"))


ALL = [pytest.param(service, *one, id=f"{service} {one[0]}.{one[1]}") for service in service_names() for one in bodies(service)]


@pytest.mark.parametrize(("service", "route", "member", "schema"), ALL)
def test_a_bodys_text_is_written_as_the_events_promise(service: str, route: str, member: str, schema: Mapping[str, Any]):
    if schema.get("format") == "date" or member in KEPT_NOWHERE or (service, f"{route}.{member}") in NUMBERS:
        return
    if member in KEPT_AS_TEXT[service] and not {"enum", "pattern"} & set(schema):
        assert {"minLength", "maxLength"} <= set(schema), "free text has a length"
        return
    forms = promised(service, route, member)
    assert forms, f"{member} becomes a field of no published event: say which in MEANT, or where it is kept"
    if "enum" in schema:
        assert all(set(schema["enum"]) - {None} <= set(form["enum"]) for form in forms)
        return
    for form in forms:
        _within(schema["pattern"], form)


def _within(pattern: str, form: Mapping[str, Any]) -> None:
    """Every text of the pattern is one of the form; equal patterns need no search."""
    if pattern == form.get("pattern"):
        return

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(pattern, fullmatch=True))
    def holds(text: str) -> None:
        assert re.fullmatch(form["pattern"], text), text

    holds()


@pytest.mark.parametrize("service", service_names())
def test_a_spreadsheets_cells_are_written_as_the_events_promise(service: str):
    app = create_app(load_service(service), database=None, log_database=None, clock=None, identity=None, status=None)
    columns = {column for view in app.view_functions.values() for column in getattr(view, "columns", ())}
    forms = Forms.read(service)
    owners = [declared.model for declared in published(load_service(service))]
    for column in sorted(columns, key=lambda one: one.head):
        mine = [forms.of(owner.__name__, field.name) for owner in owners for field in fields(owner) if field.name == column.name]
        for text in ADVERSE:
            try:
                found = column.parse(text) if text.strip() == text and text else None
            except ValueError:
                continue
            if isinstance(found, str) and (service, column.name) not in WORDS:
                assert mine or column.name.endswith("id"), (
                    f"{column.head} becomes a field of no published event: say in WORDS where it is kept"
                )
                assert any(re.fullmatch(form["pattern"], found) for form in mine if form and "pattern" in form), (column.head, text)


def test_codes_in_rules_and_tokens_are_written_as_the_events_promise():
    common, appraisal, payroll = Forms.read("feedback"), Forms.read("appraisal"), Forms.read("payroll")
    for regex, form in (
        (ASPECT, common.of("FeedbackSummarised", "means_hundredths")),
        (KIND, common.forms["code"]),
        (CODE, appraisal.of("ScoreSubmitted", "item")),
        (NAME, payroll.of("Line", "name")),
        (SHORT_CODE, common.forms["code"]),
        (CITED, common.forms["citation"]),
        (PERSON, common.forms["code"]),
    ):
        _within(f"^{regex.pattern}$", form)


@given(code=st.from_regex(Forms.read("").forms["code"]["pattern"], fullmatch=True), period=st.sampled_from(("2026", "2026-Q4", "2026-12")))
def test_names_made_of_codes_are_written_as_the_events_promise(code: str, period: str):
    """The longest code of a rule set still gives names that may be published."""
    edge = Edge("personnel")
    made = {
        "sanction": [sanction_name(code, period)],
        "proposal": [
            *(proposal_name(kind, code, period) for kind in ("training", "sanction", "award")),
            proposal_name("sanction", PROGRAMME.format(rung=code), period),
            f"post-{code}-17",
        ],
        "Reason.found": [code],
    }
    assert not [name for field, names in made.items() for name in names if not re.fullmatch(edge.form(field)["pattern"], name)]


@pytest.mark.parametrize(("service", "name", "text"), [
    ("appraisal", "document", "1" * 61), ("appraisal", "document", "SKP"), ("appraisal", "document", "SKP/1\n"),
    ("personnel", "document", "821/199003152015032990"), ("personnel", "code", "Siti"), ("personnel", "proposal", "role-x"),
    ("appraisal", "legal_basis", "karena salah"), ("appraisal", "TargetSet.unit", "x" * 41), ("payroll", "month", "2026-13"),
])  # fmt: skip
def test_what_is_written_otherwise_is_refused_in_words(service: str, name: str, text: str):
    from marshmallow import ValidationError

    with pytest.raises(ValidationError) as wrong:
        Edge(service).body(name)(text)
    said = str(wrong.value.messages[0])
    assert Edge(service).form(name)["description"].rstrip(".") in said and text.strip() not in said


@pytest.mark.parametrize(("found", "place"), [
    ({"note": "Nama pegawai: Siti!"}, "settings.note"), ({"a": ["ok", "x" * 81]}, "settings.a.1"), ({"Nama Besar": 1}, "settings"),
    ({"who": {"nip": "199003152015032990"}}, "settings.who.nip"),
])  # fmt: skip
def test_rules_hold_no_words_and_no_nip(found: dict[str, Any], place: str):
    from shared.events.rule_publishing import publishable

    with pytest.raises(Refused) as refused:
        publishable(found)
    assert refused.value.expected.startswith(place) and refused.value.status == 422
    publishable({"when": {"is": ["baik"]}, "source": "Perbup Siulak 12/2025 Pasal 9", "weight": "1/9", "programme": "{item}"})
