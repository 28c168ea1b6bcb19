"""Event data to JSON and back: dataclasses on our side, JSON text on the store's and the bus's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
import orjson

LIMIT = 256 * 1024
"""Bytes of data that the store accepts: one oversized record makes the producer of the bus unusable for the whole service."""


class EventTooLarge(ValueError):
    """The event's data are over LIMIT bytes."""


def encode(event: Any) -> bytes:
    """Compact JSON; dates and moments as ISO 8601 text. Raises EventTooLarge over LIMIT bytes."""
    data = orjson.dumps(event, option=orjson.OPT_UTC_Z)
    if len(data) > LIMIT:
        raise EventTooLarge(f"expected at most {LIMIT} bytes of event data, found {len(data)} in {type(event).__name__}")
    return data


def plain(event: Any) -> dict[str, Any]:
    """The event's data as JSON values."""
    return orjson.loads(orjson.dumps(event, option=orjson.OPT_UTC_Z))


def decode(data: Mapping[str, Any], model: type) -> Any:
    """An instance of the dataclass `model`; unknown fields are ignored, a missing or mistyped one is a msgspec.ValidationError."""
    return msgspec.convert(data, model)


def read(raw: bytes, model: type) -> Any:
    """As :func:`decode`, from the JSON text at once: a fraction of the cost of going by way of a dict."""
    return _decoder(model).decode(raw)


def reader(model: type) -> Callable[[str | bytes], Any]:
    """:func:`read` of this model."""
    return _decoder(model).decode


@cache
def _decoder(model: type) -> msgspec.json.Decoder:
    return msgspec.json.Decoder(model)


def loads(data: bytes | str) -> Any:
    return orjson.loads(data)
