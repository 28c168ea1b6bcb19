"""What an address may hold: each parameter of a path in its published form, and the query parameters that the route has, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from apispec import BasePlugin
from flask import Request
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.routing import Rule

from shared.http.forms import Edge
from shared.http.problems import Problem


class AddressForms(BasePlugin):
    """Gives every parameter of a path its published form in the API's description; a query parameter is never null."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self._edge = edge

    def path_helper(self, path: str | None = None, operations: Any = None, parameters: list[Any] | None = None, **kwargs: Any) -> None:
        for parameter in parameters or ():
            if isinstance(parameter, dict) and parameter.get("in") == "path":
                form = dict(self._edge.path(parameter["name"]))
                parameter["schema"] = {"type": "string"} | {name: form[name] for name in ("pattern", "enum") if name in form}
                parameter["description"] = form.get("description", "")

    def operation_helper(self, path: str | None = None, operations: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        for operation in (operations or {}).values():
            for parameter in operation.get("parameters", ()) if isinstance(operation, Mapping) else ():
                schema = parameter.get("schema") if isinstance(parameter, dict) and parameter.get("in") == "query" else None
                if isinstance(schema, dict):
                    _never_null(schema)


def _never_null(schema: dict[str, Any]) -> None:
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        schema["type"] = kinds[0] if len(kinds) == 1 else kinds
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if schema.get("default", ...) is None:
        del schema["default"]


@dataclass
class Addresses:
    """The addresses of one app. What its description lists is what is let in, so the two cannot differ.

    `names`: (path as the description writes it, method in small letters) → the query parameters that it lists.
    """

    edge: Edge
    names: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    def learn(self, paths: Mapping[str, Any]) -> None:
        """`paths` of the OpenAPI description."""
        for path, operations in paths.items():
            for method, operation in operations.items():
                if method != "parameters":
                    listed = operation.get("parameters", ())
                    self.names[path, method] = tuple(one["name"] for one in listed if one.get("in") == "query")

    def check(self, request: Request) -> None:
        """Raise the problem 422 for a parameter of the path in another form, and for a query parameter that the route does not have."""
        self.check_path(request)
        self.check_query(request)

    def check_path(self, request: Request) -> None:
        self.check_values(request.view_args or {})

    def check_values(self, values: Mapping[str, Any]) -> None:
        """As :meth:`check_path`, of the parameters of a path by name."""
        errors = []
        for name, value in values.items():
            written = self.edge.in_path(name)
            if not written.fits(str(value)):
                errors.append({"field": name, "expected": written.expected, "found": repr(str(value)[:60])})
        if errors:
            raise _invalid(errors, "correct the address")

    def check_query(self, request: Request) -> None:
        if request.method == "OPTIONS":
            return
        known = self.names.get((_described(request.url_rule), _method(request)), ())
        only = f"only the parameters {', '.join(known)}" if known else "no parameters"
        errors, remedies = [], []
        for name in request.args:
            if name not in known:
                near = get_close_matches(name, known, 1) or [other for other in known if _same(name, other)]
                errors.append({"field": name[:60], "expected": only, "found": name[:60]})
                remedies.append(f"write {near[0]} in place of {name[:60]}" if near else f"leave {name[:60]} out")
            elif len(given := request.args.getlist(name)) > 1:
                errors.append({"field": name, "expected": f"{name} once", "found": f"{len(given)} times"})
                remedies.append(f"give {name} once")
        if errors:
            raise _invalid(errors, ", ".join(remedies[:5]))


SYNONYMS = ({"after", "cursor", "next", "page", "offset"}, {"limit", "size", "per_page", "count"})
"""Words of other systems for the same thing, so that the remedy names ours."""


def _same(given: str, known: str) -> bool:
    return any(given in words and known in words for words in SYNONYMS)


def _invalid(errors: list[dict[str, Any]], remedy: str) -> Problem:
    first = errors[0]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return Problem("invalid-parameters", 422, f"{first['field']}: {first['expected']}{more}", first["found"], remedy, errors=errors[:50])


def _described(rule: Rule | None) -> str:
    """The path of a rule as the description writes it: ``/v1/notes/{owner}``."""
    return FlaskPlugin.flaskpath2openapi(rule.rule) if rule is not None else ""


def _method(request: Request) -> str:
    return "get" if request.method == "HEAD" else request.method.lower()
