"""The envelope: CloudEvents 1.0 around an event, and its binary form as message headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST_HOPS = 16
"""A chain of reactions longer than this is a loop, and is parked."""


@dataclass(frozen=True)
class Envelope:
    """An event as it travels: attributes and the data as JSON bytes. `sequence` is the store's position, 0 while unknown."""

    id: str
    type: str
    agency: str
    subject: str
    stream: str
    version: int
    effective: datetime
    recorded: datetime
    actor: str
    correlation: str
    causation: str | None
    hops: int
    traceparent: str | None
    sequence: int
    data: bytes

    @property
    def service(self) -> str:
        return self.type.split(".")[1]

    @property
    def key(self) -> bytes:
        """Order is promised per key: agency and subject."""
        return f"{self.agency}/{self.subject}".encode()


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def attributes(envelope: Envelope) -> dict[str, str]:
    """The CloudEvents attributes, without ``previous``, which belongs to a place on the bus."""
    found = {
        "specversion": "1.0",
        "id": envelope.id,
        "type": envelope.type,
        "source": f"/agencies/{envelope.agency}/{envelope.service}",
        "subject": envelope.subject,
        "time": _text(envelope.recorded),
        "dataschema": f"urn:{envelope.type.replace('.', ':')}",
        "agency": envelope.agency,
        "stream": envelope.stream,
        "streamversion": str(envelope.version),
        "partitionkey": f"{envelope.agency}/{envelope.subject}",
        "sequence": f"{envelope.sequence:020d}",
        "correlationid": envelope.correlation,
        "hops": str(envelope.hops),
        "actor": envelope.actor,
        "effectivetime": _text(envelope.effective),
    }
    if envelope.causation:
        found["causationid"] = envelope.causation
    if envelope.traceparent:
        found["traceparent"] = envelope.traceparent
    return found


def to_headers(envelope: Envelope, previous: int) -> tuple[tuple[str, bytes], ...]:
    """Binary mode (CloudEvents Kafka binding): one ``ce_`` header an attribute, the data being the message's value."""
    pairs = attributes(envelope) | {"previous": f"{previous:020d}"}
    return (("content-type", b"application/json"), *((f"ce_{name}", value.encode()) for name, value in pairs.items()))


class BadEnvelope(ValueError):
    """The message is no CloudEvent of ours."""


def from_headers(headers: Iterable[tuple[str, bytes]], value: bytes) -> tuple[Envelope, int]:
    """The envelope and its ``previous``. BadEnvelope names what is missing or malformed."""
    found: Mapping[str, str] = {name[3:]: raw.decode() for name, raw in headers if name.startswith("ce_")}
    try:
        envelope = Envelope(
            id=found["id"],
            type=found["type"],
            agency=found["agency"],
            subject=found["subject"],
            stream=found["stream"],
            version=int(found["streamversion"]),
            effective=datetime.fromisoformat(found["effectivetime"]),
            recorded=datetime.fromisoformat(found["time"]),
            actor=found["actor"],
            correlation=found["correlationid"],
            causation=found.get("causationid"),
            hops=int(found["hops"]),
            traceparent=found.get("traceparent"),
            sequence=int(found["sequence"]),
            data=value,
        )
        return envelope, int(found["previous"])
    except KeyError as missing:
        raise BadEnvelope(f"expected the header ce_{missing.args[0]}, found none") from None
    except ValueError as malformed:
        raise BadEnvelope(f"a ce_ header is malformed: {malformed}") from None


def sequence_of(headers: Iterable[tuple[str, bytes]]) -> int | None:
    """Only the sequence, for those that look at a message without reading it."""
    for name, raw in headers:
        if name == "ce_sequence":
            return int(raw)
    return None


def to_json(envelope: Envelope, data: Any) -> dict[str, Any]:
    """Structured mode, for the pull feed: the attributes and the data as one JSON object."""
    return attributes(envelope) | {"datacontenttype": "application/json", "data": data}
