"""Schemas of published events: made from the dataclasses and the forms of the contracts, and held against what was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from dataclasses import field as data_field
from datetime import date, datetime
from functools import lru_cache
from inspect import cleandoc
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from shared.events.codec import loads
from shared.events.envelope import Envelope, to_json
from shared.events.registry import EventType

ROOT = Path(__file__).parents[2]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENVELOPE = "envelope.v1.json"

DATE = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?Z$",
}
_PLAIN = {int: "integer", bool: "boolean", str: "string"}


@dataclass(frozen=True)
class Contracts:
    """Where contracts lie: each service's in its own folder, what all share in `common` (the envelope, forms of every service)."""

    services: Path
    common: Path

    def of(self, service: str) -> Path:
        """The folder with a service's schemas, examples and forms."""
        return self.services / service / "contracts"

    def schema(self, service: str, name: str) -> Path:
        """The schema of an event, by a name such as ``TargetSet.v1``."""
        return self.of(service) / f"{name}.json"

    @property
    def envelope(self) -> Path:
        return self.common / ENVELOPE


CONTRACTS = Contracts(ROOT / "services", ROOT / "shared" / "contracts")


class Formless(TypeError):
    """A field cannot be published as it stands: its type has no exact form on the wire, or its text may be anything."""


class BrokenContract(ValueError):
    """A published event is not what its schema promises. `faults` says where, what was expected and found."""

    def __init__(self, what: str, faults: list[str]) -> None:
        super().__init__(f"{what}: " + "; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Forms:
    """How values are written: `fields` gives a field (``Event.field`` or ``field``) a form's name or a fragment of a schema."""

    forms: Mapping[str, Mapping[str, Any]]
    fields: Mapping[str, Any]
    definitions: Mapping[str, Any]
    paths: Mapping[str, str] = data_field(default_factory=dict)
    """The form, or the field, of a path's parameter that no field of its name tells."""

    @classmethod
    def read(cls, service: str, contracts: Contracts = CONTRACTS) -> Forms:
        """The forms of every service and this one's own, which come first."""
        common, own = _read(contracts.common / "forms.json"), {}
        if (contracts.of(service) / "forms.json").exists():
            own = _read(contracts.of(service) / "forms.json")
        parts = ("forms", "fields", "definitions", "paths")
        return cls(*({**common.get(part, {}), **own.get(part, {})} for part in parts))

    def named(self, name: str) -> Mapping[str, Any]:
        """A form by its name, or that of a field (``Event.field`` or ``field``). KeyError when nothing is said of it."""
        found = self.fields.get(name, name)
        return self.forms[found] if isinstance(found, str) else found

    def of(self, owner: str, field: str) -> Mapping[str, Any] | None:
        """The form of a field of the dataclass `owner`; None when nothing is said of it. Formless for a form that is not there."""
        said = self.fields.get(f"{owner}.{field}", self.fields.get(field))
        if not isinstance(said, str):
            return said
        if said not in self.forms:
            raise Formless(f"{owner}.{field}: expected one of the forms {', '.join(sorted(self.forms))}, found {said!r}")
        return self.forms[said]


def expected(form: Mapping[str, Any]) -> str:
    """What a form asks for, in words and as a pattern."""
    words = form["description"].rstrip(".")
    return f"{words} ({form['pattern']})"


def name_of(declared: EventType) -> str:
    """``TargetSet.v1``: the file that holds an event's schema, without its ending."""
    return f"{declared.name}.v{declared.version}"


def urn_of(type_: str) -> str:
    """The ``dataschema`` of an event type."""
    return f"urn:{type_.replace('.', ':')}"


def schema_of(declared: EventType, forms: Forms) -> dict[str, Any]:
    """The JSON Schema of the event's data.

    Everything without a default is required. Members beside these may come: readers ignore what they do not know.
    Raises Formless for a text without a form, and for types that have no exact form on the wire (floats).
    """
    definitions: dict[str, Any] = {}
    schema = {
        "$schema": DIALECT,
        "$id": urn_of(declared.type),
        "title": declared.name,
        **_described(declared.model),
        "x-merit-class": str(declared.cls),
        **_members(declared.model, forms, definitions),
    }
    written = orjson.dumps([schema, definitions]).decode()
    definitions |= {name: form for name, form in forms.definitions.items() if f'"#/$defs/{name}"' in written}
    return schema | ({"$defs": definitions} if definitions else {})


def _described(model: type) -> dict[str, str]:
    text = cleandoc(model.__doc__ or "")
    # A dataclass without a docstring gets its signature as one.
    return {} if not text or text.startswith(f"{model.__name__}(") else {"description": " ".join(text.replace("``", "`").split())}


def _members(model: type, forms: Forms, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(model)
    properties = {field.name: _schema(hints[field.name], model.__name__, field.name, forms, definitions) for field in fields(model)}
    required = [field.name for field in fields(model) if field.default is MISSING and field.default_factory is MISSING]
    return {"type": "object", "properties": properties, "required": required}


def _schema(hint: Any, owner: str, field: str, forms: Forms, definitions: dict[str, Any]) -> dict[str, Any]:
    inner, nullable = unwrapped(hint)
    if nullable:
        return {"anyOf": [_schema(inner, owner, field, forms, definitions), {"type": "null"}]}
    origin, arguments = get_origin(inner), get_args(inner)
    if is_dataclass(inner):
        if inner.__name__ not in definitions:
            definitions[inner.__name__] = _described(inner) | _members(inner, forms, definitions)
        return {"$ref": f"#/$defs/{inner.__name__}"}
    if origin in (tuple, list):
        return {"type": "array", "items": _schema(arguments[0], owner, field, forms, definitions)}
    form = forms.of(owner, field)
    if origin is dict and arguments[1] is Any:
        return {"type": "object", **_needed(form, owner, field)}
    if origin is dict:
        return {"type": "object", "propertyNames": _needed(form, owner, field), "additionalProperties": _plain(arguments[1], owner, field)}
    if inner is datetime:
        return MOMENT | {"description": "In UTC."}
    if inner is date:
        return DATE | {"description": "A day of the agency's calendar."}
    if inner is str:
        return {"type": "string", **_needed(form, owner, field)}
    return _plain(inner, owner, field) | dict(form or {})


def unwrapped(hint: Any) -> tuple[Any, bool]:
    """A type without its ``| None``, and whether it had one."""
    arguments = get_args(hint)
    if get_origin(hint) in (Union, UnionType) and NoneType in arguments and len(arguments) == 2:
        return next(one for one in arguments if one is not NoneType), True
    return hint, False


def _plain(kind: Any, owner: str, field: str) -> dict[str, Any]:
    if kind not in (int, bool):
        expected = "an integer in a named unit, a boolean, text, a date, an aware datetime, a dataclass, or a list or mapping of these"
        raise Formless(f"{owner}.{field}: expected {expected}, found {kind!r}; write exact numbers as text")
    return {"type": _PLAIN[kind]}


def _needed(form: Mapping[str, Any] | None, owner: str, field: str) -> dict[str, Any]:
    if form is None:
        raise Formless(
            f"{owner}.{field}: expected a form for this text in forms.json of its service, found none; "
            "give it a pattern or a list of values, or keep the text in the table of texts and publish its id"
        )
    return dict(form)


def texts_in(schema: Mapping[str, Any], root: Mapping[str, Any] | None = None, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every place of a schema where text may stand, as (path, schema), also as the name of a member."""
    root = root if root is not None else schema
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        if f"<{schema['$ref']}>" not in path:  # settings hold settings
            yield from texts_in(target, root, f"{path}<{schema['$ref']}>")
        return
    for option in schema.get("anyOf", ()):
        yield from texts_in(option, root, path)
    for name, inner in schema.get("properties", {}).items():
        yield from texts_in(inner, root, f"{path}.{name}")
    for keyword, mark in (("items", "[]"), ("additionalProperties", ".*"), ("propertyNames", ".<name>")):
        if isinstance(schema.get(keyword), Mapping):
            yield from texts_in(schema[keyword], root, path + mark)
    if schema.get("type") == "string" or "enum" in schema or not {"type", "anyOf", "enum"} & schema.keys():
        yield re.sub(r"<#/\$defs/[A-Za-z0-9_]+>", "", path), schema


def unfit(heard: EventType, schema: Mapping[str, Any]) -> list[str]:
    """Why a reader's dataclass cannot read what the publisher's schema promises; empty when it can."""
    version = int(schema["$id"].rpartition(":v")[2])
    if heard.version != version:
        return [f"expected version {version}, which is published now, found the reader's {heard.version}: raise the reader's version"]
    return list(_unfit(heard.model, schema, schema, heard.name))


def _unfit(model: type, schema: Mapping[str, Any], root: Mapping[str, Any], path: str) -> Iterator[str]:
    hints = get_type_hints(model)
    for field in fields(model):
        place = f"{path}.{field.name}"
        if field.name not in schema["properties"]:
            yield f"{place}: expected a published field, found none; the publisher has {', '.join(schema['properties'])}"
            continue
        optional = field.name not in schema["required"]
        if optional and field.default is MISSING and field.default_factory is MISSING:
            yield f"{place}: expected a default, since older events lack the field; found none"
        yield from _unfit_type(hints[field.name], schema["properties"][field.name], root, place)


def _unfit_type(hint: Any, schema: Mapping[str, Any], root: Mapping[str, Any], place: str) -> Iterator[str]:
    inner, nullable = unwrapped(hint)
    options = [resolved(option, root) for option in schema.get("anyOf", [schema])]
    solid = [option for option in options if option.get("type") != "null"]
    if len(solid) < len(options) and not nullable:
        yield f"{place}: expected a type that takes null, as the publisher may send it; found {hint}"
    published, kind = solid[0], get_origin(inner) or inner
    if is_dataclass(inner) and published.get("type") == "object" and "properties" in published:
        yield from _unfit(inner, published, root, place)
    elif kind in (tuple, list) and published.get("type") == "array":
        yield from _unfit_type(get_args(inner)[0], published["items"], root, f"{place}[]")
    elif kind is dict and "additionalProperties" in published:
        yield from _unfit_type(get_args(inner)[1], published["additionalProperties"], root, f"{place}.*")
    elif _wire(kind) != (published.get("type", "string"), published.get("format") if kind in (date, datetime) else None):
        if not (kind is dict and published.get("type") == "object"):
            yield f"{place}: expected {published.get('format') or published.get('type')} as published, found {kind}"


def _wire(kind: Any) -> tuple[str | None, str | None]:
    if kind is datetime:
        return "string", "date-time"
    if kind is date:
        return "string", "date"
    return _PLAIN.get(kind), None


def resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema that a reference within `root` stands for; any other schema is itself."""
    return root["$defs"][schema["$ref"].removeprefix("#/$defs/")] if "$ref" in schema else schema


def validate(envelope: Envelope, contracts: Contracts = CONTRACTS) -> None:
    """Hold a published event against the schemas of its type and of the envelope. BrokenContract says what is wrong."""
    found = to_json(envelope, loads(envelope.data))
    wrong = faults(found, contracts)
    if wrong:
        raise BrokenContract(f"{envelope.type} {envelope.id}", wrong)


def faults(event: Mapping[str, Any], contracts: Contracts = CONTRACTS) -> list[str]:
    """What is wrong with a CloudEvent in structured mode; empty when it keeps its contract."""
    _, service, name, version = event["type"].split(".")
    path = contracts.schema(service, f"{name}.{version}")
    if not path.exists():
        return [f"expected the schema of a published type, found none for {event['type']}: private, or `merit contracts write` was not run"]
    attributes = {key: value for key, value in event.items() if key != "data"}
    return [*_faults(contracts.envelope, attributes, ""), *_faults(path, event["data"], "data")]


def _faults(path: Path, value: Any, place: str) -> list[str]:
    found = _checker(path, path.stat().st_mtime_ns).iter_errors(value)
    return sorted(".".join((place, *map(str, fault.absolute_path))).strip(".") + f": {fault.message}" for fault in found)


@lru_cache(maxsize=256)
def _checker(path: Path, changed: int) -> Any:
    return checker(_read(path))


def checker(schema: Mapping[str, Any]) -> Any:
    """A validator as strict as this house: a pattern meets the whole text, 1.0 is no integer, formats count.

    Needs jsonschema, which is there for tests and checks only; SystemExit says how to get it.
    """
    try:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend
    except ImportError:
        raise SystemExit("expected the package jsonschema to check events, found none; install requirements-dev.txt") from None
    exact = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict = extend(Draft202012Validator, {"pattern": _pattern}, type_checker=exact)
    strict.check_schema(schema)
    return strict(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _pattern(validator: Any, pattern: str, value: Any, schema: Any) -> Iterator[Any]:
    """JSON Schema means ECMA's ``$``, the text's end; Python's would let a line feed through."""
    from jsonschema.exceptions import ValidationError

    whole = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(value, str) and not re.search(whole, value):
        yield ValidationError(f"expected text of the form {pattern}, found {value[:80]!r}")


def _read(path: Path) -> Any:
    return orjson.loads(path.read_bytes())
