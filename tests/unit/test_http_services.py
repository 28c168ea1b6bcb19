"""Every service's API fits together: each route asks the policy for something that somebody may do, and describes itself."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask

from shared.http.app import create_app
from shared.http.policy import COMMON
from shared.process.operating import importers

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
        **dict.fromkeys(("attendance", "people", "potentials", "reporting-lines", "units", "yearly-absence"), "personnel"),
        "survey-answers": "feedback",
    }
