"""Payroll, tied together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.payroll.api import BLUEPRINTS
from services.payroll.domain.scheme import KIND
from services.payroll.domain.settings import read_scheme
from services.payroll.events import EVENTS
from services.payroll.heard import HEARD
from services.payroll.jobs import JOBS
from services.payroll.known import LEDGER, READ
from services.payroll.policy import POLICY
from services.payroll.reactions import REACTIONS, TIMERS
from services.payroll.tables import TABLES
from services.payroll.views import VIEWS
from shared.process.service import Service


def check_allowance(settings: Mapping[str, Any]) -> None:
    """Refused (422) when the settings cannot be computed with."""
    read_scheme("draft", (), settings, TABLES)


SERVICE = Service(
    name="payroll",
    folder=Path(__file__).parent,
    events=EVENTS,
    heard=HEARD,
    views=VIEWS,
    reactions=REACTIONS,
    timers=TIMERS,
    blueprints=BLUEPRINTS,
    policy=POLICY,
    check_rules={KIND: check_allowance},
    # No `defaults`: an allowance needs the region's own regulation (PP 12/2019 art. 58), which may adopt a national table.
    jobs=JOBS,
    together=(READ, LEDGER),
)
