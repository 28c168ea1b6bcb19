"""Every answer that a test receives, held against the API's description, as strictly as may be: no member that it does not name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from shared.events.schemas import checker


class DescribedClient(FlaskClient):
    """A test client of an app that fails where the description does not hold."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        faults = described(self.application).faults(answer)
        asked = f"{answer.request.method} {answer.request.path}"
        assert not faults, f"{asked} answered {answer.status_code}: {'; '.join(faults)}\n{answer.text}"
        return answer


class Description:
    """The description of one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.said = FlaskClient(app, TestResponse).get("/openapi.json").get_json()
        self.components = {"schemas": {name: closed(one) for name, one in self.said["components"]["schemas"].items()}}
        self.checker = cache(self._checker)

    def faults(self, answer: TestResponse) -> list[str]:
        """What the description does not say of an answer; empty where it does, and for addresses that it does not have."""
        operation = self._operation(answer)
        if operation is None:
            return []
        told = self._told(operation, answer.status_code)
        if told is None:
            return [f"expected one of the statuses {', '.join(operation['responses'])}"]
        if "Location" in told.get("headers", {}) and "Location" not in answer.headers:
            return ["expected the header Location"]
        if "Location" in answer.headers and "Location" not in told.get("headers", {}):
            return ["found the header Location, which is not described"]
        if answer.mimetype not in told["content"]:
            return [f"expected {', '.join(told['content'])}, found {answer.content_type}"]
        found = self.checker(self._key(answer), answer.status_code, answer.mimetype).iter_errors(answer.get_json(force=True))
        return [f"{'.'.join(map(str, fault.absolute_path)) or 'answer'}: {_deepest(fault)}" for fault in found]

    def _key(self, answer: TestResponse) -> tuple[str, str]:
        rule, _ = self.app.url_map.bind("localhost").match(answer.request.path, method=answer.request.method, return_rule=True)
        return FlaskPlugin.flaskpath2openapi(rule.rule), answer.request.method.lower()

    def _operation(self, answer: TestResponse) -> Mapping[str, Any] | None:
        try:
            path, method = self._key(answer)
        except HTTPException:
            return None
        return self.said["paths"].get(path, {}).get(method)

    def _told(self, operation: Mapping[str, Any], status: int) -> Mapping[str, Any] | None:
        told = operation["responses"].get(str(status), operation["responses"].get("default") if status >= 400 else None)
        return self.said["components"]["responses"][told["$ref"].rpartition("/")[2]] if told and "$ref" in told else told

    def _checker(self, key: tuple[str, str], status: int, media_type: str) -> Any:
        path, method = key
        schema = self._told(self.said["paths"][path][method], status)["content"][media_type]["schema"]
        return checker(closed(schema) | {"components": self.components})


@cache
def described(app: Flask) -> Description:
    return Description(app)


def closed(schema: Any) -> Any:
    """The schema, without room for members that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(inner) for name, inner in schema.items()}
    names_members = isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema
    return found | ({"additionalProperties": False} if names_members else {})


def _deepest(fault: Any) -> str:
    """Of several shapes that do not fit, what the nearest lacks."""
    from jsonschema.exceptions import best_match

    nearest = best_match(fault.context) if fault.context else None
    place = ".".join(map(str, nearest.absolute_path)) if nearest else ""
    return f"{fault.message[:300]}" + (f" ({place}: {nearest.message[:300]})" if nearest else "")
