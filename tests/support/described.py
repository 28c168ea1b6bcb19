"""Every answer that a test receives, held against the API's description, as strictly as may be: no member that it does not name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.events.codec import loads
from shared.events.schemas import checker


class DescribedClient(FlaskClient):
    """A test client of an app that fails where the description does not hold."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer = super().open(*args, **kwargs)
        asked = answer.request
        faults = description_of(self.application).faults(asked.method, asked.path, answer.status_code, answer.headers, answer.get_data())
        assert not faults, f"{asked.method} {asked.path} answered {answer.status_code}: {'; '.join(faults)}\n{answer.text}"
        return answer


class Description:
    """An OpenAPI document, and what answers lack beside it."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self._components = {"schemas": {name: closed(one) for name, one in said["components"]["schemas"].items()}}
        # What has fewer parameters is the nearer one: /v1/imports/set-aside before /v1/imports/{what}.
        places = sorted(said["paths"], key=lambda path: path.count("{"))
        self._paths = [(re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))), path) for path in places]
        self._checker = cache(self._made)

    def path_of(self, path: str) -> str | None:
        """The path as the document writes it: ``/v1/notes/{owner}``; None for one that it does not have."""
        return next((written for form, written in self._paths if form.fullmatch(path)), None)

    def faults(self, method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
        """What the document does not say of an answer; empty where it does, and for addresses that it does not have."""
        written = self.path_of(path)
        operation = self.said["paths"].get(written, {}).get(method.lower())
        if operation is None:
            return []
        told = self._told(operation, status)
        if told is None:
            return [f"expected one of the statuses {', '.join(operation['responses'])}"]
        if ("Location" in told.get("headers", {})) != ("Location" in headers):
            return [f"expected the header Location to be {'there' if 'Location' in told.get('headers', {}) else 'described'}"]
        media_type = headers.get("Content-Type", "").partition(";")[0]
        if media_type not in told["content"]:
            return [f"expected {', '.join(told['content'])}, found {media_type}"]
        found = self._checker(written, method.lower(), status, media_type).iter_errors(loads(body))
        return [f"{'.'.join(map(str, fault.absolute_path)) or 'answer'}: {_nearest(fault)}" for fault in found]

    def _told(self, operation: Mapping[str, Any], status: int) -> Mapping[str, Any] | None:
        told = operation["responses"].get(str(status), operation["responses"].get("default") if status >= 400 else None)
        return self.said["components"]["responses"][told["$ref"].rpartition("/")[2]] if told and "$ref" in told else told

    def _made(self, path: str, method: str, status: int, media_type: str) -> Any:
        schema = self._told(self.said["paths"][path][method], status)["content"][media_type]["schema"]
        return checker(closed(schema) | {"components": self._components})


@cache
def description_of(app: Flask) -> Description:
    return Description(FlaskClient(app, TestResponse).get("/openapi.json").get_json())


def closed(schema: Any) -> Any:
    """The schema, without room for members that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(inner) for name, inner in schema.items()}
    names_members = isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema
    return found | ({"additionalProperties": False} if names_members else {})


def _nearest(fault: Any) -> str:
    """Of several shapes that do not fit, what the nearest lacks."""
    from jsonschema.exceptions import best_match

    nearest = best_match(fault.context) if fault.context else None
    place = ".".join(map(str, nearest.absolute_path)) if nearest else ""
    return f"{fault.message[:300]}" + (f" ({place}: {nearest.message[:300]})" if nearest else "")
