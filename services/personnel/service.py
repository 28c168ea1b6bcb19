"""The personnel service, declared."""

from __future__ import annotations

from pathlib import Path

from services.personnel.api import BLUEPRINTS
from services.personnel.defaults import DEFAULTS
from services.personnel.domain.awards import check_awards
from services.personnel.domain.condition_rules import check_development
from services.personnel.domain.discipline import read_discipline
from services.personnel.domain.promotion import read_promotion
from services.personnel.domain.talent import read_talent
from services.personnel.events import EVENTS, STANDING, RankHeld, RankWithdrawn
from services.personnel.heard import HEARD
from services.personnel.policy import POLICY
from services.personnel.reactions import REACTIONS, TIMERS
from services.personnel.tables import BOXES, CEILINGS, LADDERS
from services.personnel.views import VIEWS
from shared.http.set_aside import set_aside_view
from shared.process.service import Service

SERVICE = Service(
    name="personnel",
    folder=Path(__file__).parent,
    events=EVENTS,
    heard=HEARD,
    views=(*VIEWS, set_aside_view()),
    reactions=REACTIONS,
    timers=TIMERS,
    blueprints=BLUEPRINTS,
    policy=POLICY,
    check_rules={
        "development": check_development,
        "discipline": lambda settings: read_discipline(settings, LADDERS) and None,
        "promotion": lambda settings: read_promotion(settings, CEILINGS) and None,
        "talent": lambda settings: read_talent(settings, BOXES) and None,
        "awards": check_awards,
    },
    defaults=DEFAULTS,
    together=((*STANDING, RankHeld, RankWithdrawn),),
)
