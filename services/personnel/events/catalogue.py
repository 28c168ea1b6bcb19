"""The catalogue that personnel's events are registered in."""

from __future__ import annotations

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import RuleSetPublished

EVENTS = Catalogue("personnel")
EVENTS.event(EventClass.OPEN, effective="since")(RuleSetPublished)
