"""Personnel's routes, one module a subject."""

from services.personnel.api import calendar, careers, conduct, imports_life, people, proposals

BLUEPRINTS = (people.blp, proposals.blp, careers.blp, conduct.blp, calendar.blp, imports_life.imports)
