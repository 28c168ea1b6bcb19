"""How published values are written, at the edge: what a route or an import lets in is what the contracts of the events promise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validate

from shared.events.schemas import Forms
from shared.http.cells import BadCell, Parse


class Written(validate.Regexp):
    """A field's text is of a published form. The whole text: Python's ``$`` alone would let a line feed through."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        super().__init__(form["pattern"])
        self.expected = expected(form)

    def __call__(self, value: str) -> str:
        if not self.regex.fullmatch(value):
            raise ValidationError(self.expected)
        return value


class Edge:
    """The forms of one service's events, for its bodies (:meth:`body`) and for its spreadsheets (:meth:`cell`)."""

    def __init__(self, service: str) -> None:
        self.forms = Forms.read(service)

    def body(self, name: str) -> Written:
        return Written(self.form(name))

    def cell(self, name: str) -> Parse:
        """A column's cells are of this form."""
        form = self.form(name)
        regex, wanted = re.compile(form["pattern"]), expected(form)

        def parse(cell: str) -> str:
            if not regex.fullmatch(cell):
                raise BadCell(wanted, repr(cell[:60]))
            return cell

        parse.__doc__ = form["description"]
        return parse

    def form(self, name: str) -> Mapping[str, Any]:
        """A form by its name, or that of a field (``Event.field`` or ``field``). KeyError when nothing is said of it."""
        found = self.forms.fields.get(name, name)
        return self.forms.forms[found] if isinstance(found, str) else found


def expected(form: Mapping[str, Any]) -> str:
    """What a form asks for, in words and as a pattern."""
    words = form["description"].rstrip(".")
    return f"{words} ({form['pattern']})"
