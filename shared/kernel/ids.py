"""Identifiers: ids that follow from what they arise from, and new ones for the edge.

    derived_id("promotion", "M1", "2026")  # the same UUID each time, on every machine
"""

from __future__ import annotations

from hashlib import sha1
from uuid import UUID, uuid4, uuid5

MERIT = UUID("6d657269-7400-5000-8000-000000000001")
"""The name space of every derived id."""
_MERIT = MERIT.bytes


def derived_id(*parts: object) -> UUID:
    """The same id for the same parts, for ever (uuid5 of the parts joined by a line feed)."""
    return uuid5(MERIT, "\n".join(str(part) for part in parts))


def event_id(agency: str, stream: str, version: int) -> str:
    """An event is what stands at a version of a stream, so that is what its id derives from.

    The text of ``derived_id("event", agency, stream, version)``, made without the object: every append makes one.
    """
    digest = bytearray(sha1(_MERIT + f"event\n{agency}\n{stream}\n{version}".encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50  # version 5
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def random_id() -> UUID:
    """A new id, for the edge only (texts, correlation); a domain module receives its ids in the command."""
    return uuid4()
