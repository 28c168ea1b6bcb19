"""Every route of every service, walked with identifiers that only look right: refused, and nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from shared.http.importing import READS
from shared.process.finding import load_service, service_names
from tests.support.web import Web, web

SAMPLES = (
    "2027-Q1", "2027-04", "2027", "k-0123456789abcd", "01234567-89ab-cdef-0123-456789abcdef", "role-x-2027", "complaint-k-1", "complaint",
    "m1", "U1", "pns/2027", "0" * 64, "baik", "Perwal 1/2027", "x@1", "XXXX-XXXX", "12.5",
)  # fmt: skip
HIDDEN = ("\u200b", "\u00ad", "\ufeff", "\u2028", "\u0301", "\u00a0", "\t", " ", "\r", "\n", "\0")
LOOK_ALIKES = str.maketrans("aceopxyiks0123456789-", "асеорхуіkѕ٠١٢٣٤٥٦٧٨٩‐")


def adverse(good: str) -> Iterator[str]:
    """Texts that a person, or a lenient parser, might take for `good`."""
    yield from (f"{good}{one}" for one in HIDDEN)
    yield f"\n{good}"
    yield good.translate(LOOK_ALIKES)
    yield good.translate({number: number + 0xFEE0 for number in range(0x21, 0x7F)})  # fullwidth
    yield good.swapcase() if good.swapcase() != good else f"{good}É"
    yield f"{good}%0A"
    yield f"{good}/{good}"
    yield f"../{good}"
    yield good * 60
    yield ""


def sample(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return schema["enum"][0]
    return next(one for one in SAMPLES if re.fullmatch(schema["pattern"], one))


def fits(schema: Mapping[str, Any], text: str) -> bool:
    if "enum" in schema:
        return text in schema["enum"]
    return re.fullmatch(schema["pattern"], text) is not None


@pytest.fixture(scope="module", params=sorted(service_names()))
def here(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Web]:
    with web(postgres_url, load_service(request.param), f"walk_{request.param}", ("mulyorejo",)) as made:
        yield made


@pytest.fixture(scope="module")
def everybody(here: Web) -> str:
    """One token with every role that a line of the policy names."""
    policy = here.app.extensions["merit"].service.policy
    roles = {line.role for line in policy.allow} | {"admin", "hr", "subscriber", "subscriber-restricted", "treasurer", "operator"}
    return here.token("m9", *sorted(role for role in roles if role))


@pytest.fixture(scope="module")
def routes(here: Web) -> list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """(path, method, the path's parameters by name, the query's, the operation)."""
    said = here.app.test_client().get("/openapi.json").get_json()
    found = []
    for path, operations in said["paths"].items():
        of_path = {one["name"]: one["schema"] for one in operations.get("parameters", ())}
        for method, operation in operations.items():
            if method != "parameters":
                of_query = {one["name"]: one["schema"] for one in operation.get("parameters", ()) if one["in"] == "query"}
                found.append((path, method.upper(), of_path, of_query, operation | {"schemas": said["components"]["schemas"]}))
    return found


def written(here: Web) -> tuple[Any, ...]:
    counts = ", ".join(f"(select count(*) from {table})" for table in ("events", "texts", "idempotency"))
    return here.owner(f"alter table texts no force row level security; select {counts}")[0]


def sent(operation: Mapping[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    if any(kind in content for kind in READS):
        return {"data": b"Unit\nu1\n", "content_type": READS[0]}
    return {"json": {}} if content else {}


def test_no_other_writing_of_an_identifier_passes_in_a_path(here: Web, everybody: str, routes: Any):
    before, refused = written(here), 0
    for path, method, of_path, of_query, operation in routes:
        good = {name: sample(schema) for name, schema in of_path.items()}
        query = "?" + "&".join(f"{name}={sample(schema)}" for name, schema in of_query.items() if name in ("period", "receipt_code"))
        for name, schema in of_path.items():
            for wrong in adverse(good[name]):
                if fits(schema, wrong) or not wrong and path.endswith(f"{{{name}}}"):
                    continue  # nothing at the end is the list's own address
                told = {one: quote(wrong if one == name else value, safe="") for one, value in good.items()}
                answer = here.call(method, path.format(**told) + query, everybody, **sent(operation))
                assert answer.status_code in (400, 404, 405, 422), (method, path, name, wrong, answer.status_code)
                assert answer.content_type == "application/problem+json"
                code = answer.get_json()["type"].rpartition(":")[2]
                assert code in ("invalid-parameters", "unknown-route", "method-not-allowed", "bad-request"), (method, path, wrong, code)
                refused += 1
    assert written(here) == before and refused > 100


def test_no_year_outside_an_agencys_life_passes_in_a_path(here: Web, everybody: str, routes: Any):
    for path, method, of_path, _, operation in routes:
        good = {name: sample(schema) for name, schema in of_path.items()}
        for name in {"period", "year", "month", "run"} & set(of_path):
            for year in ("1000", "1949", "2101", "2999"):
                told = good | {name: year + good[name][4:]}
                answer = here.call(method, path.format(**told), everybody, **sent(operation))
                assert (answer.status_code, answer.get_json()["type"]) == (422, "urn:merit:problem:invalid-parameters"), (path, told)


def test_no_other_writing_of_an_identifier_passes_in_a_body(here: Web, everybody: str, routes: Any):
    """Each text of a body that has a form, alone: the other fields are missing, and this one must be named among the errors."""
    before = written(here)
    for path, method, of_path, _, operation in routes:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        address = path.format(**{name: sample(schema) for name, schema in of_path.items()})
        schema = operation["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        for member, inner in schema["properties"].items():
            many = inner.get("items", {})
            form = inner if "pattern" in inner or "enum" in inner else many
            if not {"pattern", "enum"} & set(form) or form.get("type") == "integer":
                continue
            form = form | ({"enum": [one for one in form["enum"] if one is not None]} if "enum" in form else {})
            for wrong in adverse(sample(form)):
                if fits(form, wrong):
                    continue
                answer = here.call(method, address, everybody, json={member: [wrong] if many else wrong}, headers={"If-Match": '"1"'})
                assert answer.status_code in (400, 422), (method, path, member, wrong, answer.status_code)
                errors = [one["field"].split(".")[0] for one in answer.get_json().get("errors", ())]
                assert member in errors or "\0" in wrong, (path, member, wrong, errors)
    assert written(here) == before


def test_no_other_writing_of_an_identifier_passes_in_a_query(here: Web, everybody: str, routes: Any):
    for path, method, of_path, of_query, operation in routes:
        address = path.format(**{name: sample(schema) for name, schema in of_path.items()})
        for name, schema in of_query.items():
            if schema.get("type") == "string" and schema.get("format") != "date" and name != "cursor":
                assert {"pattern", "enum"} & set(schema), f"{path}: the parameter {name} may be anything"
                for wrong in adverse(sample(schema)):
                    if not fits(schema, wrong):
                        answer = here.call(method, f"{address}?{name}={quote(wrong)}", everybody, **sent(operation))
                        assert answer.status_code in (400, 422), (path, name, wrong, answer.status_code)
            elif schema.get("format") == "date":
                for wrong in ("2026-1-1", "2026-01-01\n", "٢٠٢٦-01-01", "20260101", "2026-W01-1", "0001-01-01", "9999-12-31"):
                    answer = here.call(method, f"{address}?{name}={quote(wrong)}", everybody)
                    assert answer.status_code == 422, (path, name, wrong)
            elif schema.get("type") == "integer":
                for wrong in ("１", "١", "+1", " 1", "1\n", "1e2", "-1", "", "9" * 40):
                    answer = here.call(method, f"{address}?{name}={quote(wrong)}", everybody)
                    assert answer.status_code in (422, 404 if of_path else 422), (path, name, wrong)


def test_a_parameter_that_a_route_does_not_have_is_refused(here: Web, everybody: str, routes: Any):
    before = written(here)
    for path, method, of_path, of_query, operation in routes:
        address = path.format(**{name: sample(schema) for name, schema in of_path.items()})
        wanted = [f"{name}={quote(sample(schema))}" for name, schema in of_query.items() if "pattern" in schema]
        for unknown in ("unknown_here=1", "unit_=u1", "Limit=1", "limit%0A=1", "%6Cimits=1"):
            answer = here.call(method, f"{address}?{'&'.join([*wanted, unknown])}", everybody, **sent(operation))
            assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), (method, path, unknown)
            problem = answer.get_json()
            assert problem["type"] == "urn:merit:problem:invalid-parameters"
            assert all(name in problem["expected"] for name in of_query), (path, problem["expected"])
        for name in of_query:
            assert here.call(method, f"{address}?{name}=1&{name}=1", everybody, **sent(operation)).status_code == 422
    assert written(here) == before


def test_the_remedy_names_the_parameter_that_was_meant(here: Web, everybody: str, routes: Any):
    lists = [path for path, _, _, of_query, _ in routes if "cursor" in of_query and "{" not in path]
    assert lists
    for path in lists:
        assert "cursor in place of after" in here.call("GET", f"{path}?after=abc", everybody).get_json()["remedy"]
        assert "limit in place of limits" in here.call("GET", f"{path}?limits=5", everybody).get_json()["remedy"]
        for wrong in ("", "AA", "YQBi", "%FF", "__", "a=b", "١"):  # nothing, a NUL, one within, no base64
            assert here.call("GET", f"{path}?cursor={wrong}", everybody).status_code == 422, (path, wrong)
    assert "after in place of cursor" in here.call("GET", "/v1/events?cursor=abc", everybody).get_json()["remedy"]
    assert here.call("GET", "/readyz?verbose=1", None).status_code == 422
    assert here.call("HEAD", f"{lists[0]}?limit=5", everybody).status_code == 200
