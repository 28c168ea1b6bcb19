"""Refusals in the words of the person who asked: a command that the rules do not allow, a text that is not of its form.

    raise Refused("plan-approved", expected="a plan that is not fixed yet", found="one approved on 2026-01-31", remedy="propose a change")

`Refused` is the domain's one error and becomes a problem (RFC 9457). `Malformed` is a ValueError of whatever reads text: a period, a
number, a spreadsheet's cell.
"""

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


class Malformed(ValueError):
    """A text that is not of the form it should have: what was `expected`, and what was `found` where that may be said."""

    def __init__(self, expected: str, found: str | None = None) -> None:
        super().__init__(f"expected {expected}" if found is None else f"expected {expected}, found {found}")
        self.expected, self.found = expected, found or "something else"

    def refused(self, code: str, remedy: str) -> Refused:
        """As a refusal (422)."""
        return Refused(code, expected=self.expected, found=self.found, remedy=remedy, status=422)


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
