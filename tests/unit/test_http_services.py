"""Every service's API fits together: each route asks the policy for something that somebody may do, and describes itself."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask

from shared.http.app import create_app
from shared.http.policy import COMMON, Actor, named
from shared.process.bringing import importers
from tests.support.knowledge import MemoryKnowledge, heard

SERVICES = sorted(path.parent.name for path in (Path(__file__).parents[2] / "services").glob("*/service.py"))
NEED_NO_CALLER = {"api-docs.openapi_json", "health.healthz", "health.readyz"}
BY_CLASS = {"feed.events"}  # asks for read-events and read-restricted-events itself
WITHIN = {"see-identity"}  # asked for within a route that answers more to some


@pytest.fixture(params=SERVICES)
def app(request) -> Flask:
    service = import_module(f"services.{request.param}.service").SERVICE
    return create_app(service, database=None, log_database=None, clock=None, identity=None, status=None)


def test_every_route_asks_for_an_action_and_every_line_allows_one(app):
    policy = app.extensions["merit"].service.policy
    asked = {name: getattr(view, "action", None) for name, view in app.view_functions.items()}
    assert {name for name, action in asked.items() if action is None} == NEED_NO_CALLER | BY_CLASS
    assert {name for name, view in app.view_functions.items() if getattr(view, "public", False)} == NEED_NO_CALLER
    unknown = {name: action for name, action in asked.items() if action and action not in policy.actions}
    assert set(unknown.values()) <= {"read-text"}, "routes that nobody may use"
    common = {line.action for line in COMMON}
    assert policy.actions - common - set(asked.values()) <= WITHIN, "lines for what no route does"


OWN = {("feedback", "give-peer-feedback")}
"""A role alone is let to its own record here, since the domain refuses it with what to do instead."""


def test_no_command_changes_the_record_of_who_gives_it_by_his_role_alone(app):
    service = app.extensions["merit"].service
    lines, known = service.policy.allow, MemoryKnowledge(service)
    assert {(service.name, line.action) for line in lines if line.own} == {one for one in OWN if one[0] == service.name}
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if not getattr(view, "changes", False):
            continue
        assert not rule.arguments & {"person", "subject", "mentor", "rater"}, f"{rule}: name the person concerned <employee>"
        changes = named(dict.fromkeys(rule.arguments, "m1"))
        for line in lines:
            if changes and line.action == view.action and line.relation is None and not line.own:
                actor = Actor("m1", "mulyorejo", frozenset({line.role}), "web")
                assert not service.policy.permits(actor, view.action, "other", known, changes=changes), f"{rule} as {line.role}"
                assert service.policy.permits(actor, view.action, "other", known, changes=frozenset({"m2"})), f"{rule} as {line.role}"


def test_whom_a_body_concerns_is_named_so_that_the_policy_sees_it(app):
    described = app.test_client().get("/openapi.json").get_json()
    schemas = described["components"].get("schemas", {})
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            said = operation.get("requestBody", {}) if method != "parameters" else {}
            body = said.get("content", {}).get("application/json", {}).get("schema", {})
            members = schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
            persons = {name for name in members if name in ("person", "people", "assessor", "superior", "mentor", "candidate", "employees")}
            assert not persons, f"{method} {path}: {persons}: call the person concerned employee, or add the name to the policy's PERSONS"


def test_who_is_suspended_or_has_left_does_nothing_in_office_in_any_service(app):
    service = app.extensions["merit"].service
    if service.policy.allow == COMMON:
        return  # it has no line of its own, and so nothing to do in office
    models = service.events if service.name == "personnel" else service.heard.catalogues["personnel"]
    named_so = {declared.name: declared.model for declared in models.types.values()}
    life = [("EmployeeRegistered", {"kind": "PNS", "since": date(2024, 1, 2)})]
    away = {"kind": "suspended", "since": date(2026, 5, 1), "until": None, "document": "800/1"}
    over = {"kind": "retired", "since": date(2026, 5, 1), "document": "882/1"}
    for more, why in ((), None), ((("ServiceInterrupted", away),), "suspended"), ((("EmploymentEnded", over),), "ended"):
        known = MemoryKnowledge(service, now=datetime(2026, 5, 2, tzinfo=UTC))
        for version, (name, said) in enumerate((*life, *more), 1):
            fields = {one.name for one in dataclasses.fields(named_so[name])}
            event = named_so[name](employee="m9", **{key: value for key, value in said.items() if key in fields})
            known.arrive(heard("personnel", event, "m9", "personnel-employee-m9", version, known.now))
        assert service.policy.barred(Actor("m9", "mulyorejo", frozenset({"hr"}), "web"), known) == why


def test_every_route_is_described(app):
    said = app.test_client().get("/openapi.json").get_json()
    for path, operations in said["paths"].items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation.get("summary"), f"{method} {path} has no docstring"
                assert operation["responses"], f"{method} {path}"


def test_merit_import_knows_every_import_there_is():
    assert importers() == {
        **dict.fromkeys(("achievements", "earlier-predicates", "targets"), "appraisal"),
        **dict.fromkeys(("attendance", "holidays", "people", "potentials", "reporting-lines", "units", "yearly-absence"), "personnel"),
        **dict.fromkeys(("ends", "interruptions", "resumptions", "withdrawals"), "personnel"),
        "survey-answers": "feedback",
    }
