"""The personnel service, declared."""

from __future__ import annotations

from pathlib import Path

from services.personnel.api import blp
from services.personnel.defaults import DEFAULTS
from services.personnel.domain.conditions import check_development
from services.personnel.events import EVENTS
from services.personnel.heard import HEARD
from services.personnel.imports import imports
from services.personnel.policy import POLICY
from services.personnel.reactions import REACTIONS
from services.personnel.views import VIEWS
from shared.process.service import Service

SERVICE = Service(
    name="personnel",
    folder=Path(__file__).parent,
    events=EVENTS,
    heard=HEARD,
    views=VIEWS,
    reactions=REACTIONS,
    timers=(),
    blueprints=(blp, imports),
    policy=POLICY,
    check_rules={"development": check_development},
    defaults=DEFAULTS,
)
