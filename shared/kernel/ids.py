"""Identifiers: what the domain calls its people and things, and ids that follow from what they arise from."""

from __future__ import annotations

from typing import NewType
from uuid import UUID, uuid4, uuid5

AgencyCode = NewType("AgencyCode", str)
EmployeeId = NewType("EmployeeId", str)
UnitId = NewType("UnitId", str)
PostId = NewType("PostId", str)
TextId = NewType("TextId", str)

MERIT = UUID("6d657269-7400-5000-8000-000000000001")
"""The name space of every derived id."""


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, for ever (uuid5 of the parts joined by a line feed)."""
    return uuid5(MERIT, "\n".join(str(part) for part in parts))


def event_id(agency: str, stream: str, version: int) -> UUID:
    """An event is what stands at a version of a stream, so that is what its id derives from."""
    return derived_id("event", agency, stream, version)


def random_id() -> UUID:
    """A new id, for the edge only (texts, correlation); a domain module receives its ids in the command."""
    return uuid4()
