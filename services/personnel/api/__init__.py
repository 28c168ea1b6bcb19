"""Personnel's routes beside the imports."""

from services.personnel.api import careers, conduct, people, proposals

BLUEPRINTS = (people.blp, proposals.blp, careers.blp, conduct.blp)
