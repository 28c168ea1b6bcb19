"""The contracts of published events: beside what the code says and what readers ask for, and what a change breaks."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from shared.events.classes import EventClass
from shared.events.compatibility import breaking, unreadable
from shared.events.envelope import Envelope, from_headers, to_json
from shared.events.registry import Catalogue, Heard
from shared.events.schemas import CONTRACTS, ROOT, BrokenContract, Contracts, Formless, Forms, checker, schema_of, texts_in, unfit, validate
from shared.process import contracting
from shared.process.asyncapi import document, published
from shared.process.finding import load_service, service_names

SERVICES = [load_service(name) for name in service_names()]
TYPES = [declared for service in SERVICES for declared in published(service)]
IDS = [declared.type for declared in TYPES]

NIP = "199003152015032901"
TOLD = (
    "Siti Aminah",
    "Budi Santoso, S.Kom.",
    "Dra. Hj. Nur'aini",
    "Pegawai ini sering datang terlambat.",
    "sering terlambat karena ibunya sakit",
    NIP,
    "19900315 201503 2 901",
    "siti.aminah@example.go.id\n",
    "rahasia\nsekali",
    "",
)
"""Names, NIP and sentences: none may pass where text may stand."""

LABELS = {
    "TargetSet.unit": "the unit of a target: agencies have their own words, persen or berkas per bulan",
    "AppraisalImported.source_system": "the name of another system",
    "AppraisalCorrected.legal_basis": "a law with number and article",
    "RuleSetPublished.sources[]": "laws with number and article",
    "RuleSetPublished.settings.*": "words of a rule: checked whole by the service, published by its administrator",
}
"""Where words may stand that no pattern tells from a name. Short, and never a NIP; another one is a decision to be taken here."""


def example_of(declared: Any) -> dict[str, Any]:
    return json.loads(CONTRACTS.schema(declared.service, f"{declared.name}.v{declared.version}.example").read_bytes())


def envelope_of(event: dict[str, Any]) -> Envelope:
    """The envelope of a CloudEvent in structured mode, by way of the headers that it would have on the bus."""
    headers = [(f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data"]
    return from_headers([*headers, ("ce_previous", b"0")], json.dumps(event["data"]).encode())[0]


def test_code_schemas_examples_and_readers_agree():
    assert contracting.check(SERVICES) == []


@pytest.mark.parametrize("declared", TYPES, ids=IDS)
def test_an_example_is_the_event_as_it_travels(declared):
    event = example_of(declared)
    envelope = envelope_of(event)
    validate(envelope)
    assert to_json(envelope, event["data"]) == event


@pytest.mark.parametrize("declared", TYPES, ids=IDS)
def test_no_text_of_a_published_event_can_hold_a_name_a_nip_or_a_sentence(declared):
    schema = json.loads(CONTRACTS.schema(declared.service, f"{declared.name}.v{declared.version}").read_bytes())
    places = list(texts_in(schema))
    assert places, "an event that says nothing"
    for path, text in places:
        place = f"{declared.name}{path}"
        assert text.keys() & {"enum", "pattern"}, f"{place} takes any text"
        accepts = checker({key: text[key] for key in text if key in ("type", "enum", "pattern", "format", "maxLength")})
        passed = [words for words in TOLD if accepts.is_valid(words)]
        if place.rstrip("]*[.") in {label.rstrip("]*[.") for label in LABELS}:
            assert not accepts.is_valid(NIP) and not accepts.is_valid("a" * 121) and not accepts.is_valid("rahasia\nsekali"), place
        else:
            allowed = {""} if place.endswith(".discipline_points") else set()
            assert set(passed) <= allowed, f"{place} lets pass {passed}"


def test_private_events_have_no_contract():
    private = {one.name for service in SERVICES for one in service.events.types.values() if not one.published}
    assert private, "feedback's answers are private"
    assert [path.name for path in CONTRACTS.services.glob("*/contracts/*.v*.json") if path.name.split(".")[0] in private] == []
    event = example_of(TYPES[0]) | {"type": "merit.feedback.FeedbackGiven.v1"}
    with pytest.raises(BrokenContract, match="private"):
        validate(envelope_of(event))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda event: event["data"].pop("employee"), "'employee' is a required property"),
        (lambda event: event["data"].update(employee="Ratri Anggraini"), "data.employee"),
        (lambda event: event["data"].update(employee="m1\n"), "data.employee"),
        (lambda event: event["data"].update(total=3038392.0), "data.total"),
        (lambda event: event["data"]["lines"][0].update(percent=80), "data.lines.0.percent"),
        (lambda event: event["data"].update(predicate=None), "data.predicate"),
        (lambda event: event.update(subject=NIP), "subject"),
        (lambda event: event.update(actor="Bendahara Kota"), "actor"),
    ],
)
def test_an_event_that_breaks_its_contract_is_told_where(spoil, told):
    event = example_of(next(one for one in TYPES if one.name == "AllowanceCalculated"))
    spoil(event)
    with pytest.raises(BrokenContract) as broken:
        validate(envelope_of(event))
    assert told in str(broken.value)


@pytest.mark.parametrize(
    ("scheme", "what", "value"),
    [("rating", "whole", "above"), ("numeric", "whole", "94.5"), ("numeric", "target", "36000/1147"), ("numeric", "idea", "yes"),
     ("numeric", "idea", "no")],
)  # fmt: skip
def test_a_score_of_either_scheme_and_a_new_idea_keep_the_contract(scheme, what, value):
    event = example_of(next(one for one in TYPES if one.name == "ScoreSubmitted"))
    event["data"].update(scheme=scheme, what=what, value=value)
    validate(envelope_of(event))


def test_unknown_members_are_no_fault():
    event = example_of(TYPES[0])
    event["data"]["added_later"] = "x"
    validate(envelope_of(event))


# A made-up service, to see what the check says of changes.

FORMS = Forms({}, {"person": {"pattern": "^[a-z0-9]{1,9}$"}, "rank": {"enum": ["I", "II"]}}, {})


def thing(**annotations: Any) -> type:
    """A dataclass ThingDone with these fields; a pair gives type and default."""
    said = {name: kind[0] if isinstance(kind, tuple) else kind for name, kind in annotations.items()}
    defaults = {name: kind[1] for name, kind in annotations.items() if isinstance(kind, tuple)}
    return dataclass(frozen=True, kw_only=True)(type("ThingDone", (), {"__annotations__": said, "__module__": __name__, **defaults}))


def declared_as(model: type, cls: EventClass = EventClass.OPEN, version: int = 1) -> Any:
    catalogue = Catalogue("made")
    catalogue.event(cls, version=version)(model)
    return catalogue.of(model)


def schema_as(**annotations: Any) -> dict[str, Any]:
    return schema_of(declared_as(thing(**annotations)), FORMS)


BEFORE = {"person": str, "amount": int, "rank": str, "on": date, "note": (str | None, None)}
NOTED = Forms(FORMS.forms, {**FORMS.fields, "note": {"pattern": "^[a-f0-9]{8}$"}}, {})


def of(fields: dict[str, Any], forms: Forms = NOTED, cls: EventClass = EventClass.OPEN) -> dict[str, Any]:
    return schema_of(declared_as(thing(**fields), cls), forms)


def with_form(field: str, form: dict[str, Any]) -> Forms:
    return Forms(NOTED.forms, {**NOTED.fields, field: form}, {})


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (of({name: kind for name, kind in BEFORE.items() if name != "amount"}), "amount: was dropped"),
        (of({**BEFORE, "amount": str}, with_form("amount", {"pattern": "^[0-9]+$"})), "amount: was of type integer, is string"),
        (of({**BEFORE, "amount": int | None}), "amount: may be null now, was not"),
        (of({**BEFORE, "on": (date, date(2026, 1, 1))}), "on: was always there, may be missing now"),
        (of({**BEFORE, "on": datetime}), "on: was of the format date, is date-time"),
        (of(BEFORE, with_form("rank", {"enum": ["I", "II", "III"]})), "rank: may be III now"),
        (of(BEFORE, with_form("rank", {"pattern": "^I+$"})), "rank: may be any other value now"),
        (of(BEFORE, with_form("person", {"pattern": "^.*$"})), "person: was of the form ^[a-z0-9]{1,9}$"),
        (of(BEFORE, with_form("person", {})), "is any text"),
        (of(BEFORE, with_form("person", {"enum": ["a", "Siti A"]})), "person: was of the form"),
        (of({**BEFORE, "amount": tuple[int, ...]}), "amount: was of type integer, is array"),
        (of(BEFORE, cls=EventClass.RESTRICTED), "x-merit-class was open, is restricted"),
    ],
)
def test_a_breaking_change_is_told(after, told):
    found = breaking(of(BEFORE), after)
    assert any(told in one for one in found), found


@pytest.mark.parametrize(
    "after",
    [
        of(BEFORE),
        of({**BEFORE, "more": int}),
        of({**BEFORE, "more": (int | None, None)}),
        of({**BEFORE, "note": str}),
        of(BEFORE, with_form("rank", {"enum": ["I"]})),
        of(BEFORE, with_form("person", {"enum": ["a", "b"]})),
        of(BEFORE, with_form("amount", {"minimum": 0})),
        of(BEFORE, with_form("rank", {"enum": ["I", "II"], "description": "said better"})),
    ],
    ids=["same", "required added", "optional added", "null no more", "fewer values", "form narrowed to values", "bound added", "words"],
)
def test_a_change_that_breaks_nobody_is_not_told(after):
    assert breaking(of(BEFORE), after) == []


def test_a_wider_bound_breaks_and_a_narrower_does_not():
    tight, wide = of(BEFORE, with_form("amount", {"minimum": 1})), of(BEFORE, with_form("amount", {"minimum": 0}))
    assert breaking(tight, wide) == ["amount: had minimum 1, has 0"]
    assert breaking(wide, tight) == []


def test_breaks_within_lists_mappings_and_parts_are_found():
    part, less = thing(amount=int, person=str), thing(amount=int)
    one = of({"parts": tuple[part, ...], "days": dict[str, int]}, with_form("days", {"pattern": "^[a-z]+$"}))
    other = of({"parts": tuple[less, ...], "days": dict[str, int]}, with_form("days", {"pattern": "^.+$"}))
    assert breaking(one, other) == ["parts[].person: was dropped", "days.<name>: was of the form ^[a-z]+$, is ^.+$"]


def test_settings_of_rules_are_compared_without_end():
    schema = json.loads(CONTRACTS.schema("payroll", "RuleSetPublished.v1").read_bytes())
    assert breaking(schema, schema) == []
    wider = copy.deepcopy(schema)
    wider["$defs"]["setting"]["anyOf"].append({"type": "number"})
    assert breaking(schema, wider)


def test_old_events_of_the_store_must_load_too():
    assert unreadable(of(BEFORE), of({**BEFORE, "more": int})) == [
        "more: old events lack it, the new code demands it; give the field a default"
    ]
    assert unreadable(of(BEFORE), of({**BEFORE, "more": (int | None, None)})) == []
    assert unreadable(of({**BEFORE, "amount": int | None}), of(BEFORE)) == ["amount: old events hold null here, the new code takes none"]
    assert unreadable(of({"part": thing(amount=int)}), of({"part": thing(amount=int, more=int)})) == [
        "part.more: old events lack it, the new code demands it; give the field a default"
    ]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"remark": str}, "ThingDone.remark: expected a form"),
        ({"amount": float}, "write exact numbers as text"),
        ({"remarks": tuple[str, ...]}, "ThingDone.remarks: expected a form"),
        ({"counts": dict[str, int]}, "ThingDone.counts: expected a form"),
        ({"anything": Any}, "ThingDone.anything: expected an integer"),
    ],
)
def test_a_field_without_an_exact_form_cannot_be_published(fields, told):
    with pytest.raises(Formless, match=told.replace(".", r"\.")):
        schema_as(**fields)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"surname": int}, "ThingDone.surname: expected a published field, found none"),
        ({"amount": str}, "ThingDone.amount: expected integer as published"),
        ({"on": datetime}, "ThingDone.on: expected date as published"),
        ({"note": str}, "ThingDone.note: expected a type that takes null"),
        ({"note": str | None}, "ThingDone.note: expected a default"),
        ({"person": str, "amount": int, "note": (str | None, None)}, None),
    ],
)
def test_a_reader_may_only_ask_for_what_is_published(asked, told):
    heard = Heard()
    heard.hears("made")(thing(**asked))
    found = unfit(heard.catalogues["made"].types["merit.made.ThingDone"], of(BEFORE))
    assert any(told in one for one in found) if told else found == []


def test_a_reader_of_an_old_version_is_told():
    heard = Heard()
    heard.hears("made")(thing(person=str))
    schema = schema_of(declared_as(thing(**BEFORE), version=2), NOTED)
    assert "raise the reader's version" in unfit(heard.catalogues["made"].types["merit.made.ThingDone"], schema)[0]


@pytest.fixture
def made(tmp_path):
    """A service `made` with one released event, and its contracts in a folder of their own."""
    folder = Contracts(tmp_path / "services", tmp_path / "common")
    folder.of("made").mkdir(parents=True)
    folder.common.mkdir()
    shutil.copy(CONTRACTS.envelope, folder.envelope)
    (folder.common / "forms.json").write_text(json.dumps({"forms": {}, "fields": dict(NOTED.fields), "definitions": {}}))
    service = service_with(thing(**BEFORE))
    assert contracting.write([service], folder) == []
    example = to_json(
        Envelope(
            id="6d657269-7400-5000-8000-000000000002",
            type="merit.made.ThingDone.v1",
            agency="mulyorejo",
            subject="m1",
            stream="made-thing-m1",
            version=1,
            effective=datetime(2026, 1, 2, 1, tzinfo=UTC),
            recorded=datetime(2026, 1, 2, 1, tzinfo=UTC),
            actor="m1",
            correlation="6d657269-7400-5000-8000-000000000003",
            causation=None,
            hops=0,
            traceparent=None,
            sequence=1,
            data=b"",
        ),
        {"person": "m1", "amount": 1, "rank": "I", "on": "2026-01-02", "note": None},
    )
    folder.schema("made", "ThingDone.v1.example").write_text(json.dumps(example))
    assert contracting.release([service], folder) == ["released made/ThingDone.v1"]
    assert contracting.check([service], folder) == []
    return folder


def service_with(model: type, version: int = 1) -> Any:
    catalogue = Catalogue("made")
    catalogue.event(EventClass.OPEN, version=version)(model)
    return SimpleNamespace(name="made", events=catalogue, heard=Heard())


def test_a_released_schema_changed_by_hand_is_told(made):
    path = made.schema("made", "ThingDone.v1")
    schema = json.loads(path.read_text())
    schema["properties"]["person"].pop("pattern")
    path.write_text(json.dumps(schema))
    assert any("found it changed by hand" in one and "upcaster" in one for one in contracting.check([service_with(thing(**BEFORE))], made))
    path.unlink()
    assert any("found it gone" in one for one in contracting.check([service_with(thing(**BEFORE))], made))


def test_words_of_a_released_schema_may_change(made):
    path = made.schema("made", "ThingDone.v1")
    schema = json.loads(path.read_text())
    seal = contracting.seal_of(schema)
    assert contracting.seal_of(schema | {"description": "said better"}) == seal
    assert contracting.seal_of(schema | {"properties": {**schema["properties"], "title": {"type": "integer"}}}) != seal


def test_code_that_would_break_a_released_schema_is_refused_and_nothing_is_written(made):
    before = made.schema("made", "ThingDone.v1").read_text()
    changed = service_with(thing(**{**BEFORE, "amount": int | None}))
    for told in (contracting.check([changed], made), contracting.write([changed], made)):
        assert any("amount: may be null now" in one and "version 2 of ThingDone and an upcaster from 1" in one for one in told), told
    assert made.schema("made", "ThingDone.v1").read_text() == before


def test_a_field_added_with_a_default_is_written_and_sealed_again(made):
    grown = service_with(thing(**{**BEFORE, "more": (int | None, None)}))
    assert any("run `merit contracts write`" in one for one in contracting.check([grown], made))
    assert contracting.write([grown], made) == []
    assert contracting.check([grown], made) == []


def test_a_new_version_needs_an_upcaster_for_the_released_one(made):
    second = service_with(thing(**{**BEFORE, "amount": str}), version=2)
    fields = json.loads((made.common / "forms.json").read_text())
    fields["fields"]["amount"] = {"pattern": "^[0-9]+$"}
    (made.common / "forms.json").write_text(json.dumps(fields))
    assert contracting.write([second], made) == []
    example = json.loads(made.schema("made", "ThingDone.v1.example").read_text())
    newer = {**example, "type": "merit.made.ThingDone.v2", "dataschema": "urn:merit:made:ThingDone:v2"}
    newer["data"] = {**example["data"], "amount": "1"}
    made.schema("made", "ThingDone.v2.example").write_text(json.dumps(newer))
    assert any("register an upcaster" in one for one in contracting.check([second], made))
    second.events.upcaster("ThingDone", from_version=1)(lambda data: {**data, "amount": str(data["amount"])})
    assert contracting.check([second], made) == []


def test_an_example_that_breaks_its_schema_is_told(made):
    path = made.schema("made", "ThingDone.v1.example")
    event = json.loads(path.read_text())
    event["data"]["rank"] = "X"
    path.write_text(json.dumps(event))
    assert any("data.rank" in one for one in contracting.check([service_with(thing(**BEFORE))], made))
    path.unlink()
    assert any("expected a whole CloudEvent as an example" in one for one in contracting.check([service_with(thing(**BEFORE))], made))


@pytest.mark.parametrize("service", SERVICES, ids=service_names())
def test_asyncapi_names_each_event_on_the_topics_of_its_class(service):
    folder = CONTRACTS.of(service.name)
    found = json.loads((folder / "asyncapi.json").read_bytes())
    assert found == document(service)
    assert found["asyncapi"] == "3.1.0"
    addresses = {channel["address"]: channel for channel in found["channels"].values()}
    names = {cls: {f"{service.name}.{one.name}.v{one.version}" for one in published(service) if one.cls is cls} for cls in EventClass}
    internal = addresses["merit.internal.{realm}." + service.name + ".v1"]["messages"].keys()
    assert internal == names[EventClass.OPEN] | names[EventClass.RESTRICTED]
    assert addresses["merit.{agency}." + service.name + ".v1"]["messages"].keys() == names[EventClass.OPEN]
    restricted = addresses.get("merit.{agency}." + service.name + ".restricted.v1", {"messages": {}})
    assert restricted["messages"].keys() == names[EventClass.RESTRICTED]
    for message in found["components"]["messages"].values():
        schema = json.loads((folder / message["payload"]["$ref"]).read_bytes())
        assert (schema["title"], schema["x-merit-class"]) == (message["title"], message["x-merit-class"])
    for operation in found["operations"].values():
        assert operation["action"] == "send" and operation["channel"]["$ref"].removeprefix("#/channels/") in found["channels"]


def test_what_a_service_hears_is_held_against_contracts_and_no_other_service_is_imported():
    """Payroll hears all three others; its check reads their folders and none of their code."""
    code = (
        "import sys\n"
        "from shared.process import contracting\n"
        "from shared.process.finding import load_service\n"
        "told = contracting.check([load_service('payroll')])\n"
        "print(told, sorted({name.split('.')[1] for name in sys.modules if name.startswith('services.')}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[] ['payroll']\n", done.stderr


def test_a_reader_of_what_no_contract_promises_is_told(made):
    reader = service_with(thing(person=str))
    reader.heard.hears("made")(thing(**{**BEFORE, "amount": str}))
    reader.heard.hears("nobody")(thing(person=str))
    found = contracting.check([reader], made)
    assert any("hears made's ThingDone: ThingDone.amount: expected integer as published" in one for one in found), found
    assert any("hears nobody's ThingDone: expected an event that nobody publishes" in one for one in found), found
