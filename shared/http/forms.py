"""How published values are written, at the edge: what a route or an import lets in is what the contracts of the events promise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validate

from shared.events.schemas import Forms, expected
from shared.http.cells import Parse
from shared.kernel.periods import FIRST_YEAR, LAST_YEAR
from shared.kernel.refusal import Malformed

TIMES = ("period", "year", "month", "pay-run")
"""Forms that begin with a year: what is let in also lies in an agency's life."""


class Written(validate.Regexp):
    """A field's text is of a published form. The whole text: Python's ``$`` alone would let a line feed through."""

    def __init__(self, form: Mapping[str, Any], *, within_life: bool = False) -> None:
        super().__init__(form["pattern"])
        self.expected = expected(form) + (f", from {FIRST_YEAR} to {LAST_YEAR}" if within_life else "")
        self.within_life = within_life

    def fits(self, value: str) -> bool:
        if not self.regex.fullmatch(value):
            return False
        return not self.within_life or FIRST_YEAR <= int(value[:4]) <= LAST_YEAR

    def __call__(self, value: str) -> str:
        if not self.fits(value):
            raise ValidationError(self.expected)
        return value


class OneOf:
    """A parameter of a path is one of a form's words."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.words = tuple(form["enum"])
        self.expected = f"one of {', '.join(map(str, self.words))}"

    def fits(self, value: str) -> bool:
        return value in self.words


class Edge:
    """The forms of one service's events, for its bodies (:meth:`body`) and for its spreadsheets (:meth:`cell`)."""

    def __init__(self, service: str) -> None:
        self.forms = Forms.read(service)
        self._paths: dict[str, Written | OneOf] = {}

    def body(self, name: str) -> Written:
        """The check of a body's field or of a query parameter."""
        return Written(self.form(name), within_life=self._name(name) in TIMES)

    def in_path(self, name: str) -> Written | OneOf:
        """The check of a path's parameter."""
        if name not in self._paths:
            form = self.path(name)
            wanted = self._path_name(name)
            self._paths[name] = OneOf(form) if "enum" in form else Written(form, within_life=self._name(wanted) in TIMES)
        return self._paths[name]

    def path(self, name: str) -> Mapping[str, Any]:
        """The form of a path's parameter: as `paths` of the forms says, else that of the field of its name, else a code."""
        return self.form(self._path_name(name))

    def _path_name(self, name: str) -> str:
        found = self.forms.paths.get(name, name)
        return found if found in self.forms.forms or found in self.forms.fields else "code"

    def cell(self, name: str) -> Parse:
        """A column's cells are of this form."""
        form = self.form(name)
        written = Written(form, within_life=self._name(name) in TIMES)

        def parse(cell: str) -> str:
            if not written.fits(cell):
                raise Malformed(written.expected, repr(cell[:60]))
            return cell

        parse.__doc__ = form["description"]
        return parse

    def _name(self, name: str) -> str | None:
        """The name of the form of a field, None where the field has a form of its own."""
        found = self.forms.fields.get(name, name)
        return found if isinstance(found, str) else None

    def form(self, name: str) -> Mapping[str, Any]:
        """A form by its name, or that of a field (``Event.field`` or ``field``). KeyError when nothing is said of it."""
        return self.forms.named(name)
