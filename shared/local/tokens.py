"""Tokens for people at this machine: signed by the launcher's key."""

from collections.abc import Iterable
from pathlib import Path

from shared.local.home import Home


def issue(home: Path, sub: str, agency: str, roles: Iterable[str]) -> str:
    """A bearer token of `sub` in `agency`, good for twelve hours of the machine's time."""
    return Home(home).token(sub, agency, roles)
