"""The feedback service, declared."""

from __future__ import annotations

from pathlib import Path

from services.feedback.api import BLUEPRINTS
from services.feedback.defaults import DEFAULTS
from services.feedback.domain.rounds import check_peers
from services.feedback.domain.scale import check_scale
from services.feedback.domain.skm import check_survey
from services.feedback.domain.terms import check_terms
from services.feedback.events import EVENTS
from services.feedback.heard import HEARD, STANDING
from services.feedback.policy import POLICY
from services.feedback.reactions import REACTIONS, TIMERS
from services.feedback.views import VIEWS
from shared.process.service import Service

SERVICE = Service(
    name="feedback",
    folder=Path(__file__).parent,
    events=EVENTS,
    heard=HEARD,
    views=VIEWS,
    reactions=REACTIONS,
    timers=TIMERS,
    blueprints=BLUEPRINTS,
    policy=POLICY,
    check_rules={"process-feedback": check_scale, "peer-feedback": check_peers, "survey": check_survey, "complaints": check_terms},
    defaults=DEFAULTS,
    together=(STANDING,),
)
