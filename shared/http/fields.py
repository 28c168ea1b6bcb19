"""Fields of bodies and of query parameters that take one form only: the library's own take several."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import fields

from shared.kernel.periods import FIRST_YEAR, LAST_YEAR, parse_day


class Day(fields.Date):
    """``2026-04-01`` in ASCII digits, within an agency's life."""

    default_error_messages = {"invalid": f"Not a valid date such as 2026-04-01, from {FIRST_YEAR} to {LAST_YEAR}."}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        try:
            return parse_day(value)
        except (TypeError, ValueError) as wrong:
            raise self.make_error("invalid", input=value) from wrong


class Flag(fields.Boolean):
    """JSON's true or false: no words, no numbers."""

    default_error_messages = {"invalid": "Must be true or false."}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value
