"""Every answer of every service is described by its members, from one declaration, and only lists are read in pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.appraisal.events import ObjectionFiled
from shared.events.schemas import Forms
from shared.http.acting import Accepted
from shared.http.answers import Form, Page, Version, Words, answered, row_of, said_by
from shared.http.app import create_app
from shared.http.shapes import Shapes
from shared.kernel.money import Rupiah
from shared.process.finding import load_service, service_names
from shared.views.view import View


@pytest.fixture(scope="module", params=sorted(service_names()))
def service(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def described(service: str) -> dict[str, Any]:
    app = create_app(load_service(service), database=None, log_database=None, clock=None, identity=None, status=None)
    return app.test_client().get("/openapi.json").get_json()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        yield from ((f"{method.upper()} {path}", told) for method, told in methods.items() if method != "parameters")


def answers(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each answer, as (operation and status, the response, the schema of its body)."""
    for name, told in operations(described):
        for status, response in told["responses"].items():
            if "$ref" in response:
                response = described["components"]["responses"][response["$ref"].rpartition("/")[2]]
            for content in response["content"].values():
                yield f"{name} {status}", response, content["schema"]


def says_its_members(schema: dict[str, Any], described: dict[str, Any]) -> bool:
    if "$ref" in schema:
        return says_its_members(described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described)
    if "anyOf" in schema:
        return all(says_its_members(one, described) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return says_its_members(schema["items"], described)
    return bool(schema.get("properties"))


def test_every_answer_of_every_operation_names_its_members(described: dict[str, Any]):
    assert [name for name, _, schema in answers(described) if not says_its_members(schema, described)] == []


def test_lists_and_nothing_else_are_read_in_pages(described: dict[str, Any]):
    paged, with_pages = set(), set()
    for name, told in operations(described):
        if {"limit", "cursor"} <= {one["name"] for one in told.get("parameters", ())}:
            paged.add(name)
        schema = told["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
        page = described["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        if schema.get("$ref", "").endswith("Page") and set(page["properties"]) == {"items", "next"}:
            with_pages.add(name)
    assert paged == with_pages and paged


NOWHERE = {
    "POST /v1/rules-acknowledgements/{employee}",
    "POST /v1/organisations/{unit}/{period}/result",
    "POST /v1/improvement-items/{unit}/{item}/closing",
    "POST /v1/recoveries/{employee}/repayments",
    "POST /v1/process-feedback/{period}",
    "POST /v1/peer-feedback/{employee}/{period}",
    "POST /v1/surveys/{unit}/{service}/{period}/answers",
    "POST /v1/employees/{employee}/registration/withdrawal",
}
"""What has no address of its own: it stands in a list, or in what others read; an answer that somebody gave unnamed is read by nobody."""


def test_what_was_made_says_where_it_can_be_read(described: dict[str, Any]):
    paths = {path: set(methods) for path, methods in described["paths"].items()}
    for name, response, _ in answers(described):
        operation, _, status = name.rpartition(" ")
        if status == "201" and operation not in NOWHERE:
            said = response["headers"]["Location"]["description"]
            assert "get" in paths[said.split("`")[1]], f"{name}: {said}"


def test_operations_have_names_of_their_own(described: dict[str, Any]):
    names = [told["operationId"] for _, told in operations(described)]
    assert len(names) == len(set(names))


def test_a_job_gives_what_its_kind_says():
    app = create_app(load_service("payroll"), database=None, log_database=None, clock=None, identity=None, status=None)
    schemas = app.test_client().get("/openapi.json").get_json()["components"]["schemas"]
    assert schemas["Job"]["properties"]["result"]["anyOf"] == [{"$ref": "#/components/schemas/ClosedRun"}, {"type": "null"}]


SCORES = View(
    name="scores",
    columns=(
        Column("employee", Text),
        Column("status", Text),
        Column("on", Date),
        Column("at", DateTime(timezone=True)),
        Column("weight", Integer),
        Column("parts", JSONB),
        Column("version", Integer),
    ),
    on={},
    fold=lambda key, row, fact: row,
)


class Part(TypedDict):
    amount: Rupiah
    note: NotRequired[Words]


class Given(row_of(SCORES, "employee")):
    status: Literal["open", "closed"]
    parts: list[Part] | None


class Objection(said_by(ObjectionFiled, "reason_text", "reason_digest")):
    score: Annotated[str, Form("exact")]
    version: Version


@pytest.fixture
def shapes() -> Shapes:
    return Shapes(Forms.read("appraisal"))


def test_a_rows_shape_comes_from_the_views_columns(shapes: Shapes):
    assert shapes.schema(Page[Given]) == {"$ref": "#/components/schemas/GivenPage"}
    given = shapes.schemas["Given"]
    assert given["required"] == ["key", "employee", "status", "on", "at", "weight", "parts", "version"]
    members = given["properties"]
    assert members["employee"]["pattern"] == Forms.read("appraisal").named("employee")["pattern"]
    assert members["status"] == {"type": "string", "enum": ["open", "closed"]}
    assert [one.get("format", one["type"]) for one in members["on"]["anyOf"]] == ["date", "null"]
    assert [one.get("format", one["type"]) for one in members["at"]["anyOf"]] == ["date-time", "null"]
    assert members["weight"]["anyOf"][0] | {"description": ""} == {"type": "integer", "minimum": 1, "maximum": 100, "description": ""}
    assert members["parts"]["anyOf"][0] == {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}
    assert shapes.schemas["Part"]["required"] == ["amount"] and shapes.schemas["Part"]["properties"]["amount"]["type"] == "integer"


def test_an_events_fields_keep_the_forms_of_its_contract(shapes: Shapes):
    shapes.schema(Objection)
    members = shapes.schemas["Objection"]["properties"]
    assert list(members) == ["employee", "period", "items", "filed_at", "decision_due", "evidence", "rule_set", "score", "version"]
    assert members["evidence"]["items"]["pattern"] == "^[0-9a-f]{64}$" and members["filed_at"]["format"] == "date-time"
    assert "/" in members["score"]["pattern"]


class Free(TypedDict):
    remark_of_somebody: str


class WithoutParts(row_of(SCORES)):
    pass


@pytest.mark.parametrize("shape", [Free, WithoutParts, set[str], object])
def test_what_nobody_has_said_the_form_of_is_refused(shapes: Shapes, shape: Any):
    with pytest.raises(TypeError, match="expected"):
        shapes.schema(shape)


def test_a_route_that_does_not_say_its_members_is_refused():
    def route() -> dict[str, Any]: ...

    def pages() -> Page[dict[str, Any]]: ...

    for one in (route, pages):
        with pytest.raises(TypeError, match="expected a TypedDict, or a Page of one"):
            answered(one, Accepted)


def test_two_shapes_of_one_name_are_refused(shapes: Shapes):
    shapes.schema(Part)
    with pytest.raises(TypeError, match="one shape called Part"):
        shapes.schema(TypedDict("Part", {"on": date, "at": datetime}))
