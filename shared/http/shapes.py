"""The JSON Schema of what routes answer: every shape that an annotation names is a component of the API's description."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from inspect import cleandoc
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
import orjson
from apispec import APISpec, BasePlugin

from shared.events.schemas import CONTRACTS, DATE, Forms
from shared.http.answers import Form, Member, Named, Page, Words
from shared.http.common_answers import CloudEvent, JobResult
from shared.kernel.money import Rupiah

Json = dict[str, Any]

KEYWORD = "x-answer"
"""Where a route's documentation holds the annotation until the description is made."""
MOMENT = {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
}
_PLAIN = {int: {"type": "integer"}, bool: {"type": "boolean"}, float: {"type": "number"}}
_KINDS = {str: "string", int: "integer", bool: "boolean"}
_BOUNDS = {"ge": "minimum", "le": "maximum", "pattern": "pattern", "min_length": "minLength", "description": "description"}


@dataclass
class Shapes:
    """Components for one service, whose forms say how texts are written. `schemas`: what was described so far, by name.

    `results`: what the service's kinds of jobs give; None among them: anything.
    """

    forms: Forms
    results: Sequence[Any] = ()
    schemas: dict[str, Json] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    def schema(self, hint: Any, owner: str = "", name: str = "") -> Json:
        """The schema of an annotation, of the member `name` of `owner` if it is one. TypeError for what has no described form."""
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is NotRequired:
            return self.schema(arguments[0], owner, name)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:], owner, name)
        if origin in (Union, UnionType):
            return {"anyOf": [self.schema(one, owner, name) for one in arguments]}
        if origin is Literal:
            return _words(arguments)
        if origin is Page:
            return self._page(hint, arguments[0])
        if hint is CloudEvent:
            return self._event()
        if hint is JobResult:
            return self._result()
        if is_typeddict(hint) or is_dataclass(hint):
            return self._component(hint)
        if origin in (list, tuple, Sequence):
            return {"type": "array", "items": self.schema(arguments[0], owner, name)}
        if origin in (dict, Mapping):
            return self._mapping(arguments[1], owner, name)
        return self._leaf(hint, owner, name)

    def _leaf(self, hint: Any, owner: str, name: str) -> Json:
        if hint in (None, NoneType):
            return {"type": "null"}
        if hint is Any:
            return {}
        if hint is Words:
            return {"type": "string"}
        if hint is Rupiah:
            return {"type": "integer", "description": "Rupiah."}
        if hint in (Fraction, Decimal):
            return self._form("exact")
        if hasattr(hint, "__supertype__"):
            return self.schema(hint.__supertype__, owner, name)
        if hint is datetime:
            return dict(MOMENT)
        if hint is date:
            return dict(DATE)
        if isinstance(hint, type) and issubclass(hint, Enum):
            return self._enum(hint)
        form = self.forms.of(owner, name)
        if hint is str and form is not None:
            return self._form_of(owner, name)
        if hint in _PLAIN:
            return _PLAIN[hint] | (dict(form) if form and form.get("type") != "string" else {})
        raise TypeError(
            f"{owner}.{name}: expected a type that an answer may hold, and for a text a form of its name in forms.json, a Literal, "
            f"a Form or Words; found {hint!r}"
        )

    def _enum(self, hint: type[Enum]) -> Json:
        """A component; where the contracts have a form of its name, that one."""
        name = _kebab(hint.__name__)
        return self._form(name) if name in self.forms.forms else self._named(hint.__name__, hint, _words([one.value for one in hint]))

    def _annotated(self, hint: Any, said: Sequence[Any], owner: str, name: str) -> Json:
        known = {type(one): one for one in said}
        if member := known.get(Member):
            owner, name = member.owner, member.name
        more = {"description": known[str]} if str in known else {}
        if meta := known.get(msgspec.Meta):
            more |= {keyword: getattr(meta, bound) for bound, keyword in _BOUNDS.items() if getattr(meta, bound) is not None}
        if form := known.get(Form):
            schema = self._form(form.name)
        elif hint is str and {"pattern", "minLength"} & more.keys():
            schema = {"type": "string"}
        else:
            schema = self.schema(hint, owner, name)
        schema = schema if "$ref" in schema else schema | more
        return self._named(known[Named].name, known[Named], schema) if Named in known else schema

    def _form(self, name: str) -> Json:
        """A form by its name, or that of a field."""
        named = self.forms.fields.get(name, name)
        return self._form_schema(self.forms.named(name), named if isinstance(named, str) else "")

    def _form_of(self, owner: str, name: str) -> Json:
        """The form of a field, or of the fields of its name."""
        named = self.forms.fields.get(f"{owner}.{name}", self.forms.fields.get(name))
        return self._form_schema(self.forms.of(owner, name), named if isinstance(named, str) else "")

    def _form_schema(self, form: Mapping[str, Any], name: str) -> Json:
        """A closed list that has a name of its own is a component, so that it is one type for who reads it."""
        if "enum" not in form:
            return {"type": "string", **form}
        words = _words(form["enum"]) | {name: form[name] for name in ("description",) if name in form}
        return self._named(_title(name), ("form", name), words) if name else words

    def _mapping(self, hint: Any, owner: str, name: str) -> Json:
        """The form of a mapping's name is that of its members' names."""
        form = self.forms.of(owner, name)
        if hint is Any:
            return {"type": "object", "additionalProperties": True}
        names = {"propertyNames": self._form_of(owner, name)} if form else {}
        return {"type": "object", **names, "additionalProperties": self.schema(hint)}

    def _page(self, hint: Any, item: Any) -> Json:
        inner = self.schema(item)
        hints = get_type_hints(Page, include_extras=True)
        properties = {"items": {"type": "array", "items": inner}, "next": self.schema(hints["next"])}
        page = {"type": "object", **_described(Page), "properties": properties, "required": ["items", "next"]}
        return self._named(f"{inner['$ref'].rpartition('/')[2]}Page", hint, page)

    def _result(self) -> Json:
        if not self.results or None in self.results:
            return {"type": "object", "additionalProperties": True}
        return self.schema(Union[tuple(self.results)])  # noqa: UP007

    def _event(self) -> Json:
        envelope = orjson.loads(CONTRACTS.envelope.read_bytes())
        said = {name: envelope[name] for name in ("type", "required")} | _described(CloudEvent)
        data = {"type": "object", "description": "As the contract named by `dataschema` says.", "additionalProperties": True}
        said |= {"properties": envelope["properties"] | {"data": data}, "required": [*envelope["required"], "data"]}
        return self._named("CloudEvent", CloudEvent, said)

    def _component(self, shape: type) -> Json:
        if self._known.get(shape.__name__) is shape:
            return _ref(shape.__name__)
        self._named(shape.__name__, shape, {})
        hints = get_type_hints(shape, include_extras=True)
        names = [each.name for each in fields(shape)] if is_dataclass(shape) else list(hints)
        properties = {name: self.schema(hints[name], shape.__name__, name) for name in names}
        required = [name for name in names if get_origin(hints[name]) is not NotRequired]
        said = {"type": "object", **_described(shape), "properties": properties, "required": required}
        return self._named(shape.__name__, shape, said)

    def _named(self, name: str, shape: Any, schema: Json) -> Json:
        if self._known.setdefault(name, shape) != shape:
            raise TypeError(f"expected one shape called {name}, found {self._known[name]!r} and {shape!r}")
        self.schemas[name] = schema
        return _ref(name)


class AnswerShapes(BasePlugin):
    """Puts the schema of each answer in place of its annotation."""

    def __init__(self, forms: Forms, results: Sequence[Any]) -> None:
        super().__init__()
        self._shapes = Shapes(forms, results)
        self._told: set[str] = set()

    def init_spec(self, spec: APISpec) -> None:
        self._spec = spec

    def response_helper(self, response: Any, **kwargs: Any) -> None:
        self._fill(response)

    def operation_helper(self, path: str | None = None, operations: Any = None, **kwargs: Any) -> None:
        for operation in (operations or {}).values():
            for response in operation.get("responses", {}).values() if isinstance(operation, Mapping) else ():
                self._fill(response)

    def _fill(self, response: Any) -> None:
        for content in response.get("content", {}).values() if isinstance(response, Mapping) else ():
            if KEYWORD in content["schema"]:
                content["schema"] = self.described(content["schema"][KEYWORD])

    def described(self, hint: Any) -> Json:
        """The schema, with its components among the description's."""
        schema = self._shapes.schema(hint)
        for name in self._shapes.schemas.keys() - self._told:
            self._spec.components.schema(name, component=self._shapes.schemas[name])
            self._told.add(name)
        return schema


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _title(name: str) -> str:
    """``period-kind`` → ``PeriodKind``."""
    return "".join(part.capitalize() for part in name.split("-"))


def _kebab(name: str) -> str:
    """``PeriodKind`` → ``period-kind``."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _words(words: Sequence[Any]) -> Json:
    kinds = sorted({_KINDS[type(one)] for one in words if one is not None})
    return {"type": kinds[0] if len(kinds) == 1 else kinds, "enum": list(words)}


def _described(shape: type) -> Json:
    text = cleandoc(shape.__doc__ or "")
    # A dataclass without a docstring gets its signature as one.
    return {} if not text or text.startswith(f"{shape.__name__}(") else {"description": " ".join(text.replace("``", "`").split())}
