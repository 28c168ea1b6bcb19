"""A view's declaration: the table, the keys an event concerns, and the fold of one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column

from shared.kernel.facts import Fact

Row = dict[str, Any]


@dataclass(frozen=True)
class View:
    """A keyed fold over facts, own and heard.

    `columns`: SQLAlchemy columns beside ``agency`` and ``key`` (all nullable; JSONB for lists). Never share a Column between views.
    `on`: for each event class the keys (text) of the rows that an event concerns.
    `fold`: (key, row or None, fact) → row or None. Pure; sees its own row only; a row holds every column's value or leaves it out (NULL).
    The fold must not depend on the order between streams of different services.
    """

    name: str
    columns: tuple[Column, ...]
    on: Mapping[type, Callable[[Fact], Iterable[str]]]
    fold: Callable[[str, Row | None, Fact], Row | None]
    indexes: tuple[tuple[str, ...], ...] = ()


def subject_key(fact: Fact) -> tuple[str, ...]:
    """The usual key: the subject of the event."""
    return (fact.subject,)
