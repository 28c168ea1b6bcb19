"""The catalogue that personnel's events are registered in."""

from __future__ import annotations

from shared.events.calendar import HolidayDeclared, HolidayWithdrawn, WorkingWeekSet
from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import declare
from shared.events.set_aside import declare as declare_set_aside

EVENTS = Catalogue("personnel")
declare(EVENTS)
declare_set_aside(EVENTS)
EVENTS.event(EventClass.OPEN, effective="since")(WorkingWeekSet)
EVENTS.event(EventClass.OPEN, effective="day")(HolidayDeclared)
EVENTS.event(EventClass.OPEN, effective="day")(HolidayWithdrawn)
