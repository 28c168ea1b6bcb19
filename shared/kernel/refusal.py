"""Refused: a command that the rules do not allow, in the words of the person who gave it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """A domain error. `code` is stable and becomes the problem's type; the other parts say what to do about it.

    expected: what would have been accepted.  found: what there was.  remedy: what the caller can do next.
    """

    def __init__(self, code: str, *, expected: str, found: str, remedy: str, status: int = 409, **facts: object) -> None:
        super().__init__(f"{code}: expected {expected}; found {found}; {remedy}")
        self.code, self.expected, self.found, self.remedy, self.status = code, expected, found, remedy, status
        self.facts = facts

    def body(self) -> dict[str, Any]:
        """As a problem (RFC 9457)."""
        return {**self.facts, **problem_body(self.code, self.status, self.expected, self.found, self.remedy)}


def problem_body(code: str, status: int, expected: str, found: str, remedy: str) -> Mapping[str, Any]:
    """The members that every problem (RFC 9457) has; `code` becomes its type."""
    return {
        "type": f"urn:merit:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": f"Expected {expected}; found {found}.",
        "expected": expected,
        "found": found,
        "remedy": remedy,
    }
