"""What of a person or unit stands, for some of it was said wrongly and withdrawn, and which posts, ranks and lines count on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import ends_of
from shared.kernel.facts import Fact, Knowledge


def that_stand(knowledge: Knowledge, model: type, withdrawn: type, subject: str) -> Sequence[Fact]:
    """The facts of `model` about the subject that no later fact of `withdrawn` in their stream takes back, lowest rank first."""
    facts = knowledge.facts(model, subject)
    taken = knowledge.facts(withdrawn, subject) if facts else ()
    return [fact for fact in facts if not any(one.version > fact.version and same(one.event, fact.event) for one in taken)]


def that_count(
    knowledge: Knowledge, model: type, withdrawn: type, subject: str, day: date, models: Sequence[type], across: Collection[str] = ()
) -> Sequence[Fact]:
    """Of those that stand the ones that had begun by a day, in the day's own spell of service, lowest rank first.

    Who is registered again after an end has posts, ranks and lines anew, but for ends of the kinds `across`. `models`: the service's
    classes of the events of a life.
    """
    facts = that_stand(knowledge, model, withdrawn, subject)
    ends = ends_of(knowledge, subject, models) if facts else None
    return [fact for fact in facts if ends is not None and ends.reaches(fact.event.since, day, across)]


def held_on(
    knowledge: Knowledge, model: type, withdrawn: type, subject: str, day: date, models: Sequence[type], across: Collection[str] = ()
) -> Fact | None:
    """The one of :func:`that_count` that is in force on the day."""
    return in_force(that_count(knowledge, model, withdrawn, subject, day, models, across), day, of_fact)


def same(one: Any, other: Any) -> bool:
    """Whether two speak of the same entry: of one day or period and, of posts, both in an acting capacity or neither; of one education."""
    return all(getattr(one, name, None) == getattr(other, name, None) for name in ("since", "on", "period", "acting", "education"))


def without(entries: Iterable[Any], event: Any) -> tuple[Any, ...]:
    """The entries that a withdrawal leaves."""
    return tuple(one for one in entries if not same(one, event))


def without_rows(entries: Iterable[Mapping[str, Any]] | None, event: Any) -> list[dict[str, Any]]:
    """As :func:`without`, of a view's entries with ``since`` in ISO form."""
    gone = (event.since.isoformat(), getattr(event, "acting", None))
    return [dict(one) for one in entries or () if (one["since"], one.get("acting") if gone[1] is not None else None) != gone]
