"""Appraisal's declaration: targets, progress, scores, objections, finalisation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.appraisal.api import BLUEPRINTS
from services.appraisal.defaults import DEFAULTS
from services.appraisal.domain.rules import read_settings
from services.appraisal.events import EVENTS
from services.appraisal.heard import HEARD, STANDING, UnitMoved, UnitMoveWithdrawn, UnitOpened
from services.appraisal.policy import POLICY
from services.appraisal.reactions import REACTIONS, TIMERS
from services.appraisal.tables import TABLES
from services.appraisal.views import VIEWS
from shared.http.set_aside import set_aside_view
from shared.process.service import Service


def check_appraisal_rules(settings: Mapping[str, Any]) -> None:
    """Refused (422) names the setting that is wrong."""
    read_settings("draft", settings, TABLES)


SERVICE = Service(
    name="appraisal",
    folder=Path(__file__).parent,
    events=EVENTS,
    heard=HEARD,
    views=(*VIEWS, set_aside_view()),
    reactions=REACTIONS,
    timers=TIMERS,
    blueprints=BLUEPRINTS,
    policy=POLICY,
    check_rules={"appraisal": check_appraisal_rules},
    defaults=DEFAULTS,
    together=(STANDING, (UnitOpened, UnitMoved, UnitMoveWithdrawn)),
)
