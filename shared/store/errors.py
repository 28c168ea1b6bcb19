"""What can go wrong with the store, each with what was expected and what was found."""

from __future__ import annotations


class Conflict(Exception):
    """Somebody else wrote to the stream first."""

    def __init__(self, stream: str, expected: int, found: int | None) -> None:
        shown = "a newer version" if found is None else f"version {found}"
        super().__init__(f"stream {stream}: expected version {expected}, found {shown}; load it again and decide anew")
        self.stream, self.expected, self.found = stream, expected, found


class CommitUnknown(Exception):
    """The connection was lost while committing: the transaction may or may not have taken effect. Ask again with the same key."""


class StoreUnavailable(Exception):
    """PostgreSQL cannot be reached now."""


class TooSlow(Exception):
    """The transaction took longer than its caller waits; nothing was changed."""


class UnknownAgency(Exception):
    """This deployment does not serve the agency."""

    def __init__(self, code: str) -> None:
        super().__init__(f"expected an agency that this deployment serves, found {code!r}; register it with `merit migrate`")
        self.code = code


class InProgress(Exception):
    """Another request with the same idempotency key is being worked on."""


class KeyReused(Exception):
    """The idempotency key was used before for another request."""
