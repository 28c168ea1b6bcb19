"""The envelope: CloudEvents 1.0 around an event, and its binary form as message headers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from msgspec import Struct

MOST_HOPS = 16
"""A chain of reactions longer than this is a loop, and is parked."""


class Envelope(Struct, frozen=True):
    """An event as it travels: attributes and the data as JSON bytes. `sequence` is the store's position, 0 while unknown.

    A Struct, because a frozen dataclass takes several times as long to make, and several are made per event.
    """

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


def _text(moment: datetime) -> bytes:
    """RFC 3339, UTC as Z."""
    return orjson.dumps(moment, option=orjson.OPT_UTC_Z)[1:-1]


def attributes(envelope: Envelope) -> dict[str, str]:
    """The CloudEvents attributes, without ``previous``, which belongs to a place on the bus."""
    named = {
        "specversion": "1.0",
        "id": envelope.id,
        "type": envelope.type,
        "source": f"/agencies/{envelope.agency}/{envelope.service}",
        "subject": envelope.subject,
        "time": _text(envelope.recorded).decode(),
        "dataschema": f"urn:{envelope.type.replace('.', ':')}",
        "agency": envelope.agency,
        "stream": envelope.stream,
        "streamversion": str(envelope.version),
        "partitionkey": f"{envelope.agency}/{envelope.subject}",
        "sequence": f"{envelope.sequence:020d}",
        "correlationid": envelope.correlation,
        "hops": str(envelope.hops),
        "actor": envelope.actor,
        "effectivetime": _text(envelope.effective).decode(),
    }
    if envelope.causation:
        named["causationid"] = envelope.causation
    if envelope.traceparent:
        named["traceparent"] = envelope.traceparent
    return named


Headers = list[tuple[str, bytes]]


def to_headers(envelope: Envelope, previous: int) -> Headers:
    """Binary mode (CloudEvents Kafka binding): one ``ce_`` header an attribute, the data being the message's value.

    The same as :func:`attributes` with ``previous``, spelled out: a relay does this for every event, and goes as fast as this goes.
    """
    one = envelope
    headers = [
        *_of_type(one.agency, one.type),
        ("ce_id", one.id.encode()),
        ("ce_subject", one.subject.encode()),
        ("ce_time", _text(one.recorded)),
        ("ce_stream", one.stream.encode()),
        ("ce_streamversion", b"%d" % one.version),
        ("ce_partitionkey", one.key),
        ("ce_sequence", b"%020d" % one.sequence),
        ("ce_correlationid", one.correlation.encode()),
        ("ce_hops", b"%d" % one.hops),
        ("ce_actor", one.actor.encode()),
        ("ce_effectivetime", _text(one.effective)),
        ("ce_previous", b"%020d" % previous),
    ]
    if one.causation:
        headers.append(("ce_causationid", one.causation.encode()))
    if one.traceparent:
        headers.append(("ce_traceparent", one.traceparent.encode()))
    return headers


@lru_cache(maxsize=4096)
def _of_type(agency: str, type_: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that all events of an agency and a type share."""
    return (
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_type", type_.encode()),
        ("ce_source", f"/agencies/{agency}/{type_.split('.')[1]}".encode()),
        ("ce_dataschema", f"urn:{type_.replace('.', ':')}".encode()),
        ("ce_agency", agency.encode()),
    )


class BadEnvelope(ValueError):
    """The message is no CloudEvent of ours."""


def from_headers(headers: Iterable[tuple[str, bytes]], value: bytes) -> tuple[Envelope, int]:
    """The envelope and its ``previous``. BadEnvelope names what is missing or malformed."""
    values = dict(headers)
    try:
        causation, traceparent = values.get("ce_causationid"), values.get("ce_traceparent")
        envelope = Envelope(
            values["ce_id"].decode(),
            values["ce_type"].decode(),
            values["ce_agency"].decode(),
            values["ce_subject"].decode(),
            values["ce_stream"].decode(),
            int(values["ce_streamversion"]),
            datetime.fromisoformat(values["ce_effectivetime"].decode()),
            datetime.fromisoformat(values["ce_time"].decode()),
            values["ce_actor"].decode(),
            values["ce_correlationid"].decode(),
            causation.decode() if causation is not None else None,
            int(values["ce_hops"]),
            traceparent.decode() if traceparent is not None else None,
            int(values["ce_sequence"]),
            value,
        )
        return envelope, int(values["ce_previous"])
    except KeyError as missing:
        raise BadEnvelope(f"expected the header {missing.args[0]}, found none") from None
    except ValueError as malformed:
        raise BadEnvelope(f"a ce_ header is malformed: {malformed}") from None


def to_json(envelope: Envelope, data: Any) -> dict[str, Any]:
    """Structured mode, for the pull feed: the attributes and the data as one JSON object."""
    return attributes(envelope) | {"datacontenttype": "application/json", "data": data}
