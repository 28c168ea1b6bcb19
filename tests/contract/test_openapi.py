"""The API's description is valid OpenAPI, and every service does what it says: with good, malformed and oversized requests of all roles."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.specs.openapi import checks

from shared.http.serving import Limits
from shared.process.finding import load_service, service_names
from tests.support.web import Web, web

CASES = 4
"""For each route, kind of data and run. Seeded: the same cases each time."""
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
"""A body that fits its schema may still be refused by a rule (422), so `positive_data_acceptance` says nothing here."""


@pytest.fixture(scope="module", params=sorted(service_names()))
def here(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Web]:
    yield from _served(request.param, postgres_url)


def _served(name: str, postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, load_service(name), f"openapi_{name}", ("mulyorejo",)) as made:
        yield made


@pytest.fixture(scope="module")
def described(here: Web) -> dict[str, Any]:
    return here.app.test_client().get("/openapi.json").get_json()


def roles(here: Web) -> list[tuple[str, ...]]:
    """Callers: nobody's role, each role alone, and all of them."""
    found = sorted({line.role for line in here.app.extensions["merit"].service.policy.allow if line.role})
    return [("m1",), *(("m1", role) for role in found), ("m1", *found), ("m0", *found)]


def test_the_description_is_valid(described: dict[str, Any]):
    assert [error.message for error in OpenAPIV31SpecValidator(described).iter_errors()] == []


def test_everything_that_a_body_holds_is_bounded(described: dict[str, Any]):
    """No work grows with a value in a request: texts, lists and objects have a greatest length, numbers a least and a greatest value."""
    free = []
    for name in _of_bodies(described):
        free += [f"{name}{where}" for where, one in _parts(described["components"]["schemas"][name], "") if not _bounded(one)]
    # Settings are free in their names; the body's own size bounds them.
    assert [one for one in free if one != "RuleSetBody.settings"] == []


def _of_bodies(described: dict[str, Any]) -> set[str]:
    """The components that bodies of requests are made of."""
    waiting = [one.get("requestBody") for methods in described["paths"].values() for one in methods.values() if isinstance(one, dict)]
    found: set[str] = set()
    while waiting:
        names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(waiting.pop()))) - found
        found |= names
        waiting += [described["components"]["schemas"][name] for name in names]
    return found


def _parts(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _parts(inner, f"{where}.{name}")
    for within in ("items", "additionalProperties"):
        if isinstance(schema.get(within), dict):
            yield from _parts(schema[within], f"{where}[]")


def _bounded(schema: dict[str, Any]) -> bool:
    kinds = schema.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "string" in kinds:
        return bool({"maxLength", "pattern", "enum", "format"} & set(schema))
    if kinds & {"integer", "number"}:
        return "enum" in schema or {"minimum", "maximum"} <= set(schema)
    if "array" in kinds:
        return "maxItems" in schema
    return "properties" in schema or schema.get("additionalProperties") in (False, None) or "maxProperties" in schema


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_route_does_what_the_description_says(here: Web, described: dict[str, Any], mode: GenerationMode):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", here.app)
    tokens = [here.token(*who) for who in roles(here)]
    everybody = here.token(*roles(here)[-1])
    asked = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=CASES,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=operation.as_strategy(generation_mode=mode, headers=ANYBODY, feedback=FeedbackSources()),
            token=st.sampled_from(tokens) | st.just(everybody),
        )
        def asks(case: Any, token: str) -> None:
            nonlocal asked
            if "Authorization" in case.headers:
                case.headers["Authorization"] = f"Bearer {token}"
            response = case.call()
            assert response.status_code < 500, (case.method, case.formatted_path, response.text)
            case.validate_response(response, checks=CHECKS)
            asked += 1

        try:
            asks()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, "a route that takes nothing can be asked nothing wrong"
    assert asked > 10


ANYBODY = {"Authorization": "Bearer x"}
BROKEN = (
    b"", b"{", b"[]", b"null", b'"text"', b'{"a": NaN}', b'{"a": 1e400}', b"\xff\xfe", b'{"a": "\\u0000"}', b"[" * 100_000, b"{}" * 2,
    b'{"\xed\xa0\x80": 1}', b'{"a": ' + b"9" * 5000 + b"}", b'{"a":' * 40 + b"1" + b"}" * 40,
)  # fmt: skip


def test_malformed_and_oversized_bodies_are_refused_in_words(here: Web, described: dict[str, Any]):
    token = here.token(*roles(here)[-1])
    large = b'{"a": "' + b"x" * Limits().body_bytes + b'"}'
    for path, operations in described["paths"].items():
        address = path
        for parameter in operations.get("parameters", ()):
            address = address.replace(f"{{{parameter['name']}}}", _fitting(parameter["schema"]))
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}) if method != "parameters" else {}
            if not content:
                continue
            files = "application/json" not in content
            for body in (*BROKEN, large):
                kind = "text/csv" if files else "application/json"
                answer = here.call(method.upper(), address, token, headers={"If-Match": '"1"'}, data=body, content_type=kind)
                fits_anyway = not files and body in (b"",)
                assert 400 <= answer.status_code < 500 or fits_anyway and answer.status_code < 500, (method, path, body[:40], answer.data)
                assert answer.content_type == "application/problem+json" or fits_anyway
            if not files:
                answer = here.call(method.upper(), address, token, data=large, content_type="application/json")
                assert (answer.status_code, answer.get_json()["type"]) == (413, "urn:merit:problem:body-too-large")
            for kind in ("text/plain", "application/json; charset=utf-16", "multipart/form-data; boundary=x", "application/xml"):
                assert here.call(method.upper(), address, token, data=b"a", content_type=kind).status_code == 415, (path, kind)


def _fitting(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return schema["enum"][0]
    texts = ("2027", "2027-04", "k-0123456789abcd", "01234567-89ab-cdef-0123-456789abcdef", "role-x-2027", "complaint-k-1", "m1")
    return next(one for one in texts if re.fullmatch(schema["pattern"], one))


def test_probes_answer_as_described_also_while_something_is_missing(here: Web, described: dict[str, Any]):
    for path in ("/healthz", "/readyz"):
        told = described["paths"][path]["get"]["responses"]
        for ready in (True, False):
            here.status.is_ready = ready
            answer = here.app.test_client().get(path)
            here.status.is_ready = True
            assert answer.content_type in told[str(answer.status_code)]["content"], (path, answer.status_code)
        assert {"200"} <= set(told) and (path == "/healthz" or "503" in told)
