"""The catalogue that personnel's events are registered in."""

from __future__ import annotations

from shared.events.registry import Catalogue
from shared.events.rule_set import declare

EVENTS = Catalogue("personnel")
declare(EVENTS)
