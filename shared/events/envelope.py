"""The envelope: CloudEvents 1.0 around an event, and its binary form as message headers."""

from __future__ import annotations

from collections.abc import Iterable
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
    pairs = attributes(envelope)
    pairs["previous"] = f"{previous:020d}"
    return (_CONTENT, *[(_NAMES[name], value.encode()) for name, value in pairs.items()])


class _Names(dict[str, str]):
    """The name of each attribute's header, put together once."""

    def __missing__(self, name: str) -> str:
        return self.setdefault(name, f"ce_{name}")


_NAMES = _Names()
_CONTENT = ("content-type", b"application/json")


class BadEnvelope(ValueError):
    """The message is no CloudEvent of ours."""


def from_headers(headers: Iterable[tuple[str, bytes]], value: bytes) -> tuple[Envelope, int]:
    """The envelope and its ``previous``. BadEnvelope names what is missing or malformed."""
    found = dict(headers)
    try:
        causation, traceparent = found.get("ce_causationid"), found.get("ce_traceparent")
        envelope = Envelope(
            id=found["ce_id"].decode(),
            type=found["ce_type"].decode(),
            agency=found["ce_agency"].decode(),
            subject=found["ce_subject"].decode(),
            stream=found["ce_stream"].decode(),
            version=int(found["ce_streamversion"]),
            effective=datetime.fromisoformat(found["ce_effectivetime"].decode()),
            recorded=datetime.fromisoformat(found["ce_time"].decode()),
            actor=found["ce_actor"].decode(),
            correlation=found["ce_correlationid"].decode(),
            causation=causation.decode() if causation is not None else None,
            hops=int(found["ce_hops"]),
            traceparent=traceparent.decode() if traceparent is not None else None,
            sequence=int(found["ce_sequence"]),
            data=value,
        )
        return envelope, int(found["ce_previous"])
    except KeyError as missing:
        raise BadEnvelope(f"expected the header {missing.args[0]}, found none") from None
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
