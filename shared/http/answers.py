"""What a route answers: the return annotation of its function says it once, and the description of the API derives from it.

    class TargetDrafted(TypedDict):
        target_id: str
        version: Version

    @plans.route("/plans/<employee>/<year>/targets", methods=["POST"])
    @commanding("draft-target", status=201)
    def draft_target(work: RequestWork, body: dict[str, Any], employee: str, year: str) -> TargetDrafted: ...

Each TypedDict (or dataclass of an event) is a component of its own name. A text is of the form that the contracts' forms give a member of
its name; otherwise its annotation says what it is:

| annotation | in the description |
|---|---|
| ``Literal["open", "closed"]`` | a closed list of codes |
| ``Annotated[Literal[…], Named("Status")]`` | the same as a component, where several answers have it |
| ``Annotated[str, Form("exact")]`` | a form of the contracts by its name |
| ``Words`` | free text, or words of the system's |
| ``date``, ``datetime``, ``Rupiah``, ``Version`` | their format, or whole numbers with what they count |
| ``NotRequired[…]``, ``… | None`` | a member that may be absent, or null |
| ``Page[Item]`` | ``{items, next}``; the route takes `limit` and `cursor` |
| ``X | Accepted`` | X, or 202 with a job |

:func:`row_of` takes the members from a view's columns, :func:`said_by` from an event's fields, so that neither is written twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import UnionType
from typing import Annotated, Any, Generic, NewType, TypedDict, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

import msgspec
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from shared.views.view import View

Item = TypeVar("Item")


@dataclass(frozen=True)
class Form:
    """The form of a text by its name, or that of a field (``ObjectionFiled.items``)."""

    name: str


@dataclass(frozen=True)
class Named:
    """A closed list of codes has a name in the description, and so is one type for who reads it."""

    name: str


Words = NewType("Words", str)
"""Text that no form describes: what people wrote, or words of the system's own."""
Version = Annotated[int, msgspec.Meta(ge=0, description="Of the stream; a decision sends it as If-Match.")]
Actor = Annotated[
    str,
    msgspec.Meta(
        pattern="^(?!.*[0-9]{16})([a-z0-9][a-z0-9-]{0,39}|system:[a-z]+\\.[a-z0-9-]{1,60})$",
        description="Who did it: a person's code, or the system's reaction or timer.",
    ),
]
Code = Annotated[str, Form("code")]
EventId = Annotated[str, Form("event-id")]
Count = Annotated[int, msgspec.Meta(ge=0)]
Cursor = Annotated[str, msgspec.Meta(min_length=1, description="The cursor of the next page; null on the last.")]


class Page(TypedDict, Generic[Item]):
    """A piece of a list, in the order of its keys."""

    items: list[Item]
    next: Cursor | None


@dataclass(frozen=True)
class Member:
    """Of which field (``ObjectionFiled.items``) a member is; its form is that field's, where one is said."""

    owner: str
    name: str


class Shapeless(Exception):
    """A place of a row whose shape nobody has said: a JSONB column of :func:`row_of`."""


@dataclass(frozen=True)
class Answered:
    """What a function's return annotation says of its answers: `hint`, the shape of its success; `accepted`: it may be a job (202)."""

    hint: Any
    accepted: bool = False

    @property
    def listed(self) -> bool:
        return get_origin(self.hint) is Page

    @property
    def versioned(self) -> bool:
        """Whether the answer may say a stream's version, which then is its ETag."""
        options = get_args(self.hint) if get_origin(self.hint) in (Union, UnionType) else (self.hint,)
        return any("version" in getattr(one, "__annotations__", ()) for one in options)


def row_of(view: View, *always: str, without: tuple[str, ...] = (), key: bool = True) -> type:
    """A TypedDict of a view's rows as reading gives them. Columns but those `always` there may be null.

    What stands in a JSONB column the class that inherits says, by a member of the column's name.
    """
    kinds = {Text: str, Date: date, DateTime: datetime, Integer: int, BigInteger: int, Boolean: bool, JSONB: Shapeless}
    members: dict[str, Any] = {"key": Annotated[Words, "The row's key, as `cursor` counts."]} if key else {}
    for column in view.columns:
        kind = next(python for sql, python in kinds.items() if type(column.type) is sql)
        kind = Version if column.name == "version" else kind
        members[column.name] = kind if column.name in always or kind is Version else kind | None
    return TypedDict(f"{view.name}_row", {name: hint for name, hint in members.items() if name not in without})


def said_by(event: type, *without: str) -> type:
    """A TypedDict of an event's fields, as they stand in rows and answers, without those named."""
    hints = get_type_hints(event, include_extras=True)
    members = {each.name: Annotated[hints[each.name], Member(event.__name__, each.name)] for each in fields(event)}
    return TypedDict(f"{event.__name__}_said", {name: hint for name, hint in members.items() if name not in without})


def answered(function: Callable[..., Any], accepted: type) -> Answered:
    """What the return annotation says. `accepted`: the type that stands in it for a job. TypeError for what names no members."""
    hint = get_type_hints(function, include_extras=True).get("return")
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    shapes = [one for one in options if one is not accepted]
    for one in shapes:
        if not is_typeddict(get_args(one)[0] if get_origin(one) is Page else one):
            raise TypeError(f"{function.__qualname__}: expected a TypedDict, or a Page of one, as what the route answers; found {one!r}")
    return Answered(Union[tuple(shapes)] if shapes else None, accepted=len(shapes) < len(options))  # noqa: UP007
