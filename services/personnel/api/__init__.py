"""Personnel's routes, one module a subject."""

from services.personnel.api import calendar, careers, conduct, people, proposals
from services.personnel.api.imports import imports

BLUEPRINTS = (people.blp, proposals.blp, careers.blp, conduct.blp, calendar.blp, imports)
