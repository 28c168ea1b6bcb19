"""The steps of an explanation: ``{step, event, type, effective, recorded, actor, data}``; those that rest on no event ``{step, data}``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import is_dataclass
from datetime import date, datetime
from typing import Any

from shared.kernel.facts import Fact


def step_of(name: str, fact: Fact | None) -> Iterable[dict[str, Any]]:
    """The step of a fact, if there is one."""
    return () if fact is None else (step(name, fact),)


def step(name: str, fact: Fact) -> dict[str, Any]:
    return {
        "step": name,
        "event": fact.id,
        "type": fact.type,
        "effective": fact.effective.isoformat(),
        "recorded": fact.recorded.isoformat(),
        "actor": fact.actor,
        "data": plain(fact.event),
    }


def plain(value: Any) -> Any:
    """JSON values: days and moments as ISO 8601 text."""
    if is_dataclass(value):
        return {name: plain(part) for name, part in vars(value).items()}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
