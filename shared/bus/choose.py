"""Which bus an address means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.bus.embedded import EmbeddedBus
from shared.bus.protocol import Bus


def open_bus(url: str, security: Mapping[str, Any] | None = None, replication: int = 1) -> Bus:
    """The bus at `url`: `embedded+postgresql://user:password@host:port/database` or `kafka://host:port,host:port`.

    `security` (kafka-python's settings) and `replication` (of topics made here) are for Kafka alone.
    Raises ValueError for any other address.
    """
    if url.startswith("embedded+postgresql://"):
        return EmbeddedBus(url.removeprefix("embedded+"))
    if url.startswith("kafka://") and (bootstrap := url.removeprefix("kafka://").rstrip("/")):
        from shared.bus.kafka import KafkaBus  # its library takes 8 MB of every process, which one machine's own bus does not need

        return KafkaBus(bootstrap, security=security, replication=replication)
    # Without the rest of it: an address may hold a password.
    raise ValueError(f"the bus's address: expected embedded+postgresql://… or kafka://host:port,…, found {url.partition('://')[0]}://…")
