"""The Flask app of one service: its own routes, those that every service has, one guard before them and one form of error after."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from flask import Flask
from flask_smorest import Api

from shared.http.acts import act_routes
from shared.http.addresses import Addresses, AddressForms
from shared.http.documented import describe_problems
from shared.http.feed import feed
from shared.http.forms import Edge
from shared.http.health import health
from shared.http.identity import Identity
from shared.http.jobs import job_routes
from shared.http.problems import handle_problems
from shared.http.rule_sets import rule_sets
from shared.http.serving import Clock, Limits, Served, Serving, Status, guard, public
from shared.http.set_aside import set_aside_rows
from shared.http.shapes import AnswerShapes
from shared.http.texts import texts
from shared.store.database import Database


class _Api(Api):
    """flask-smorest's documentation without its errors: those are ours."""

    spec: APISpec

    def _register_error_handlers(self) -> None:
        """None: ``handle_problems`` registers ours."""

    def _register_pagination_header(self) -> None:
        """None: pages are told by `next`."""

    def _register_responses(self) -> None:
        describe_problems(self.spec)


def create_app(
    service: Served,
    *,
    database: Database,
    log_database: Database,
    clock: Clock,
    identity: Identity,
    status: Status,
    secret: str = "",
    limits: Limits | None = None,
) -> Flask:
    """An app for a WSGI server. `log_database` may read the log of all agencies; all other work goes through `database`.

    `secret`: from which pseudonyms are derived, for a service that takes answers nobody is to be known by.
    """
    app = Flask(f"merit.{service.name}", static_folder=None)
    app.config.update(
        API_TITLE=f"Merit: {service.name}",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        PROPAGATE_EXCEPTIONS=False,
    )
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions["merit"] = Serving(service, database, log_database, clock, identity, limits or Limits(), status, secret)
    addresses = app.extensions["merit.addresses"] = Addresses(Edge(service.name))
    handle_problems(app)
    guard(app, addresses)
    described = [AddressForms(addresses.edge), AnswerShapes(addresses.edge.forms, [kind.gives for kind in service.jobs])]
    api = _Api(app, spec_kwargs=_spec() | {"extra_plugins": described})
    aside = (set_aside_rows,) if any(view.name == "set_aside" for view in service.views) else ()
    for blueprint in (health, rule_sets, feed, texts, job_routes, act_routes, *aside, *service.blueprints):
        api.register_blueprint(blueprint)
    addresses.learn(api.spec.to_dict()["paths"])
    app.view_functions["api-docs.openapi_json"] = public(_opened(app.view_functions["api-docs.openapi_json"]))
    return app


def _opened(view: Any) -> Any:
    """The library's view is a bound method, which takes no mark."""

    def openapi_json() -> Any:
        return view()

    return openapi_json


def _spec() -> dict[str, Any]:
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {"components": {"securitySchemes": {"bearer": bearer}}, "security": [{"bearer": []}]}
