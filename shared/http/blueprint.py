"""The blueprint that every route stands in: flask-smorest's, with each body's schema made once instead of once per request."""

from __future__ import annotations

from functools import cache
from typing import Any

import flask_smorest
from marshmallow import Schema
from webargs.flaskparser import FlaskParser


@cache
def made(schema: type[Schema]) -> Schema:
    """The one instance of a schema."""
    return schema()


class _Parser(FlaskParser):
    def _get_schema(self, argmap: Any, req: Any) -> Schema:
        return super()._get_schema(made(argmap) if isinstance(argmap, type) else argmap, req)


class Blueprint(flask_smorest.Blueprint):
    ARGUMENTS_PARSER = _Parser()
