"""Refused: a command that the rules do not allow, in the words of the person who gave it."""

from __future__ import annotations


class Refused(Exception):
    """A domain error. `code` is stable and becomes the problem's type; the other parts say what to do about it.

    expected: what would have been accepted.  found: what there was.  remedy: what the caller can do next.
    """

    def __init__(self, code: str, *, expected: str, found: str, remedy: str, status: int = 409, **facts: object) -> None:
        super().__init__(f"{code}: expected {expected}; found {found}; {remedy}")
        self.code, self.expected, self.found, self.remedy, self.status = code, expected, found, remedy, status
        self.facts = facts
