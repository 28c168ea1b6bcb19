"""The one strict reader of rule sets: typed, with the path of what is wrong, and nothing in them that nobody reads.

    def peers(said: Settings) -> int:
        return said.whole("at_least", 3, 50, default=3)

    read({"at_least": 5}, peers)  # 5; {"at_last": 5} is Refused (422, invalid-rule-set), which names the setting
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, TypeVar

from shared.kernel.calendar import Term
from shared.kernel.money import exact
from shared.kernel.periods import parse_day
from shared.kernel.refusal import Refused

Found = TypeVar("Found")

REQUIRED: Any = object()
"""As a default: the setting must be there."""
CODE = re.compile(r"(?!.*[0-9]{16})[a-z0-9][a-z0-9._-]{0,39}")
"""Sixteen digits in a row might be a NIK, so no code has them."""
CITED = re.compile(r"(?=.*[0-9])(?!.*[0-9]{8}[ .-]?[0-9]{6})[A-Za-z0-9][A-Za-z0-9 .,:;/()–-]{0,79}")
LONGEST_TERM = 365


def read(settings: Any, reader: Callable[[Settings], Found], *, published: bool = False) -> Found:
    """What `reader` makes of the settings.

    Refused (422, ``invalid-rule-set``) when a setting is wrong, missing, or read by nobody. What is `published` already was checked by
    the rules of its day: a setting that nobody reads is left alone there, since the past must stay readable.
    """
    said = Settings(settings)
    found = reader(said)
    if not published:
        said.refuse_unread()
    return found


class Settings:
    """An object of a rule set. Every getter marks the name that it reads; :meth:`refuse_unread` refuses all others.

    `path`: where it stands, such as ``conditions[0].when``. Every check raises Refused (422, ``invalid-rule-set``) that names the place.
    """

    def __init__(self, said: Any, path: str = "") -> None:
        self.path = path
        if not isinstance(said, Mapping) or not all(isinstance(name, str) for name in said):
            raise _wrong(path or "settings", "an object", said)
        self._said: Mapping[str, Any] = said
        self._read: dict[str, None] = {}
        self._parts: list[Settings] = []

    def __contains__(self, name: str) -> bool:
        self._read[name] = None
        return name in self._said

    def __iter__(self) -> Iterator[str]:
        """The names that stand here, for objects whose names are free."""
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)

    def place(self, name: str = "") -> str:
        return ".".join(part for part in (self.path, name) if part) or "settings"

    def wrong(self, name: str, expected: str, found: object) -> Refused:
        """The refusal of a setting, for the checks that only the caller can make; `name` may be empty: the object itself."""
        return _wrong(self.place(name), expected, found)

    def take(self, name: str, default: Any = REQUIRED, expected: str = "a value") -> Any:
        """The plain value, marked as read with all that it holds."""
        self._read[name] = None
        if name in self._said:
            return self._said[name]
        if default is REQUIRED:
            near = get_close_matches(name, [other for other in self._said if other not in self._read], 1)
            remedy = f"write {name} in place of {near[0]}" if near else f"add {name} and publish again"
            raise _wrong(self.place(name), expected, None, remedy, found_text="none")
        return default

    # One value

    def one_of(self, name: str, allowed: Sequence[str], default: str = REQUIRED) -> str:
        expected = f"one of {', '.join(allowed)}"
        value = self.take(name, default, expected)
        if not isinstance(value, str) or value not in allowed:
            raise self.wrong(name, expected, value)
        return value

    def text(self, name: str, default: str = REQUIRED) -> str:
        value = self.take(name, default, "text")
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(name, "text", value)
        return value

    def code(self, name: str, pattern: re.Pattern[str] = CODE, default: str = REQUIRED) -> str:
        """A code; `pattern` where the field has a narrower form than ours."""
        expected = _described(pattern)
        value = self.take(name, default, expected)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self.wrong(name, expected, value)
        return value

    def cited(self, name: str, default: str = REQUIRED) -> str:
        """A law or decree with its number."""
        expected = "a law or decree with its number, such as PP 94/2021 Pasal 11, at most 80 characters"
        value = self.take(name, default, expected)
        if not isinstance(value, str) or not CITED.fullmatch(value):
            raise self.wrong(name, expected, value)
        return value

    def flag(self, name: str, default: bool = REQUIRED) -> bool:
        value = self.take(name, default, "true or false")
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false", value)
        return value

    def whole(self, name: str, least: int, most: int, default: int = REQUIRED) -> int:
        expected = f"a whole number from {least} to {most}"
        value = self.take(name, default, expected)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(name, expected, value)
        return value

    def whole_or_none(self, name: str, least: int, most: int) -> int | None:
        """None where it is null or does not stand there."""
        return None if self.take(name, None) is None else self.whole(name, least, most)

    def number(self, name: str, default: Any = REQUIRED, expected: str = "an exact number such as 100, '92.5' or '1/9'") -> Fraction:
        value = self.take(name, default, expected)
        try:
            if isinstance(value, bool) or not isinstance(value, int | str | Fraction):
                raise ValueError
            return exact(value)
        except (ValueError, ZeroDivisionError):
            raise self.wrong(name, expected, value) from None

    def percent(self, name: str, default: Any = REQUIRED, expected: str = "a percentage 0–100") -> Fraction:
        """From 0 to 100; where more is lawful use :meth:`number`."""
        number = self.number(name, default, expected)
        if not 0 <= number <= 100:
            raise self.wrong(name, expected, self.take(name, default))
        return number

    def day(self, name: str) -> date:
        value = self.take(name, REQUIRED, "a day such as 2026-01-01")
        try:
            return parse_day(value)
        except (TypeError, ValueError):
            raise self.wrong(name, "a day such as 2026-01-01", value) from None

    def day_or_none(self, name: str) -> date | None:
        """None where it is null; the setting itself must stand there or be optional to the caller."""
        return None if self.take(name, None) is None else self.day(name)

    def term(self, name: str) -> Term:
        """``{days, kind: calendar | working, source}``; the source, a law and its article, is optional."""
        return self.part(name).as_term()

    def as_term(self) -> Term:
        """The object itself as a term."""
        if "source" in self:
            self.text("source")
        return Term(self.whole("days", 1, LONGEST_TERM), self.one_of("kind", ("calendar", "working")))

    # Lists

    def listed(self, name: str, default: Sequence[Any] = REQUIRED, expected: str = "a list") -> Sequence[Any]:
        """The plain list, marked as read with all that it holds."""
        value = self.take(name, default, expected)
        if not isinstance(value, list | tuple):
            raise self.wrong(name, expected, value)
        return value

    def some_of(self, name: str, allowed: Sequence[str], default: Sequence[str] = REQUIRED, *, empty: bool = False) -> tuple[str, ...]:
        """Different words out of `allowed`."""
        expected = f"a list, each once, of {', '.join(allowed)}"
        found = self.listed(name, default, expected)
        if not (found or empty) or not all(isinstance(one, str) and one in allowed for one in found) or len(set(found)) < len(found):
            raise self.wrong(name, expected, found)
        return tuple(found)

    def codes(
        self, name: str, pattern: re.Pattern[str] = CODE, default: Sequence[str] = REQUIRED, *, empty: bool = False
    ) -> tuple[str, ...]:
        """Different codes."""
        expected = f"a list of codes, each code once: {_described(pattern)}"
        found = self.listed(name, default, expected)
        good = all(isinstance(one, str) and pattern.fullmatch(one) for one in found)
        if not good or not (found or empty) or len(set(found)) < len(found):
            raise self.wrong(name, expected, found)
        return tuple(found)

    # Objects within

    def part(self, name: str, default: Any = REQUIRED) -> Settings:
        """The object within, to be read on."""
        made = Settings(self.take(name, default, "an object"), self.place(name))
        self._parts.append(made)
        return made

    def part_or_none(self, name: str) -> Settings | None:
        """None where it is null or does not stand there."""
        return None if self.take(name, None) is None else self.part(name)

    def parts(self, name: str, default: Sequence[Any] = REQUIRED, expected: str = "a list of objects") -> tuple[Settings, ...]:
        """The objects of a list, each with its place ``name[0]``."""
        found = self.listed(name, default, expected)
        if not all(isinstance(one, Mapping) for one in found):
            raise self.wrong(name, expected, found)
        made = tuple(Settings(one, f"{self.place(name)}[{number}]") for number, one in enumerate(found))
        self._parts.extend(made)
        return made

    def refuse_unread(self) -> None:
        """Refused when a name stands here, or in an object within, that nobody read; the remedy gives the nearest known one."""
        unread = [name for name in self._said if name not in self._read]
        if unread:
            near = {name: get_close_matches(name, self._read, 1) for name in unread}
            remedies = [f"write {found[0]} in place of {name}" if found else f"leave {name} out" for name, found in near.items()]
            raise _wrong(
                self.place(),
                f"only settings that are known here and have an effect: {', '.join(self._read)}",
                None,
                ", ".join(remedies),
                found_text=", ".join(unread),
                setting=".".join(part for part in (self.path, unread[0]) if part),
            )
        for part in self._parts:
            part.refuse_unread()


def _described(pattern: re.Pattern[str]) -> str:
    if pattern is CODE:
        return "a code of small letters, digits, dots, hyphens and underscores, at most 40"
    return f"a code of the form {pattern.pattern}"


def _wrong(place: str, expected: str, found: object, remedy: str = "", *, found_text: str = "", setting: str = "") -> Refused:
    return Refused(
        "invalid-rule-set",
        status=422,
        expected=f"{place}: {expected}",
        found=(found_text or repr(found))[:200],
        remedy=remedy or f"correct {place} and publish the rule set again",
        setting=setting or place,
    )
