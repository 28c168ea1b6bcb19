"""How every client of kafka-python is made here: with bounded waits, and leaving nothing behind when it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.net.compat import KafkaNetClient

AWAY = (KafkaError, OSError)  # what a client raises when the broker is away, refuses, or takes too long


class Topic(NamedTuple):
    """A topic that exists: its id, given by Kafka when it was made, and its number of partitions."""

    id: str
    partitions: int


@dataclass(frozen=True)
class Clients:
    """The recipe: brokers as `host:port,host:port`, kafka-python's settings for security, and the longest wait for one answer."""

    bootstrap: str
    security: Mapping[str, Any]
    answer_seconds: float

    def make(self, kind: Callable[..., Any], **settings: Any) -> Any:
        """A new client of this `kind`, connected. Raises KafkaTimeoutError when no broker takes it in, with what may be the cause."""
        opened: list[KafkaNetClient] = []

        def keep(**of_client: Any) -> KafkaNetClient:
            opened.append(KafkaNetClient(**of_client))
            return opened[-1]

        milliseconds = int(self.answer_seconds * 1000)
        try:
            return kind(
                bootstrap_servers=self.bootstrap.split(","),
                bootstrap_timeout_ms=milliseconds,
                request_timeout_ms=milliseconds,
                reconnect_backoff_max_ms=1000,
                kafka_client=keep,
                **self.security,
                **settings,
            )
        except BaseException as error:
            # A client that fails to connect leaves its thread running, and an outage makes many.
            for client in opened:
                client.close()
            if isinstance(error, KafkaTimeoutError):
                raise KafkaTimeoutError(
                    f"no broker of {self.bootstrap} took us in within {self.answer_seconds} s: is it running, and is the security right? "
                    "(A wrong password or certificate looks like this too)"
                ) from error
            raise
