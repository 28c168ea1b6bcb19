"""What feedback shows: published summaries, never an answer; rounds of peers; complaints without what was said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.feedback.events import (
    ComplaintOverdue,
    ComplaintPassed,
    ComplaintPaused,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintTermMoved,
    ComplaintWaitingMoved,
    FeedbackSummarised,
    PeerRoundOpened,
    ProcessFeedbackPublished,
    SurveyResultPublished,
)
from services.feedback.heard import PositionAssigned
from shared.kernel.facts import Fact
from shared.views.calendar import CALENDAR
from shared.views.view import Row, View


def fold_process(key: str, row: Row | None, fact: Fact[ProcessFeedbackPublished]) -> Row:
    event = fact.event
    return {
        "period": event.period,
        "n": event.n,
        "means_hundredths": dict(event.means_hundredths),
        "sums": dict(event.sums),
        "counts": dict(event.counts),
        "rule_set": event.rule_set,
        "published_at": fact.recorded,
        "version": fact.version,
    }


PROCESS = View(
    name="process_feedback",
    columns=(
        Column("period", Text),
        Column("n", Integer),
        Column("means_hundredths", JSONB),
        Column("sums", JSONB),
        Column("counts", JSONB),
        Column("rule_set", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("version", Integer),
    ),
    on={ProcessFeedbackPublished: lambda fact: (fact.event.period,)},
    fold=fold_process,
)


def fold_peers(key: str, row: Row | None, fact: Fact[FeedbackSummarised]) -> Row:
    event = fact.event
    return {
        "employee": event.employee,
        "period": event.period,
        "n": event.n,
        "means_hundredths": dict(event.means_hundredths),
        "sums": dict(event.sums),
        "counts": dict(event.counts),
        "spreads_hundredths": dict(event.spreads_hundredths),
        "rule_set": event.rule_set,
        "published_at": fact.recorded,
        "version": fact.version,
    }


PEERS = View(
    name="peer_feedback",
    columns=(
        Column("employee", Text),
        Column("period", Text),
        Column("n", Integer),
        Column("means_hundredths", JSONB),
        Column("sums", JSONB),
        Column("counts", JSONB),
        Column("spreads_hundredths", JSONB),
        Column("rule_set", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("version", Integer),
    ),
    on={FeedbackSummarised: lambda fact: (f"{fact.event.employee}/{fact.event.period}",)},
    fold=fold_peers,
    indexes=(("period",),),
)


def fold_rounds(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """`raters` is empty where colleagues answer unasked; `closed` once the summary is out."""
    event = fact.event
    known = row or {"employee": event.employee, "period": event.period, "raters": [], "opened_at": None, "closed": False, "version": 0}
    if isinstance(event, PeerRoundOpened):
        return known | {"raters": list(event.raters), "opened_at": fact.recorded, "version": fact.version}
    return known | {"closed": True}


def _round_keys(fact: Fact[Any]) -> Iterable[str]:
    return (f"{fact.event.employee}/{fact.event.period}",)


ROUNDS = View(
    name="peer_rounds",
    columns=(
        Column("employee", Text),
        Column("period", Text),
        Column("raters", JSONB),
        Column("opened_at", DateTime(timezone=True)),
        Column("closed", Boolean),
        Column("version", Integer),
    ),
    on={PeerRoundOpened: _round_keys, FeedbackSummarised: _round_keys},
    fold=fold_rounds,
    indexes=(("period",), ("period", "closed")),
)


def _rater_keys(fact: Fact[PeerRoundOpened]) -> Iterable[str]:
    return (f"{rater}/{fact.event.period}/{fact.event.employee}" for rater in fact.event.raters)


def fold_asked(key: str, row: Row | None, fact: Fact[PeerRoundOpened]) -> Row:
    return {"rater": key.partition("/")[0], "period": fact.event.period, "employee": fact.event.employee}


ASKED = View(
    name="peers_asked",
    columns=(Column("rater", Text), Column("period", Text), Column("employee", Text)),
    on={PeerRoundOpened: _rater_keys},
    fold=fold_asked,
    indexes=(("rater", "period"),),
)
"""Whom rounds ever named as raters. A round opened again may have others: that stands in its own row."""


POSTED = View(
    name="posted",
    columns=(Column("unit", Text), Column("employee", Text)),
    on={PositionAssigned: lambda fact: (f"{fact.event.unit}/{fact.event.employee}",)},
    fold=lambda key, row, fact: {"unit": fact.event.unit, "employee": fact.event.employee},
    indexes=(("unit", "employee"),),
)
"""Who was ever given a post in a unit, also by mistake or in an acting capacity: among them a unit's people of any day are found."""


def fold_surveys(key: str, row: Row | None, fact: Fact[SurveyResultPublished]) -> Row:
    event = fact.event
    return {
        "unit": event.unit,
        "service": event.service,
        "period": event.period,
        "n": event.n,
        "index": event.index,
        "mutu": event.mutu,
        "elements_hundredths": dict(event.elements_hundredths),
        "sums": dict(event.sums),
        "counts": dict(event.counts),
        "converted": event.converted,
        "rule_set": event.rule_set,
        "published_at": fact.recorded,
        "event": fact.id,
        "version": fact.version,
    }


SURVEYS = View(
    name="surveys",
    columns=(
        Column("unit", Text),
        Column("service", Text),
        Column("period", Text),
        Column("n", Integer),
        Column("index", Text),
        Column("mutu", Text),
        Column("elements_hundredths", JSONB),
        Column("sums", JSONB),
        Column("counts", JSONB),
        Column("converted", Text),
        Column("rule_set", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("event", Text),
        Column("version", Integer),
    ),
    on={SurveyResultPublished: lambda fact: (f"{fact.event.unit}/{fact.event.service}/{fact.event.period}",)},
    fold=fold_surveys,
    indexes=(("unit",), ("period",)),
)


OF_ITS_COURSE = (
    ComplaintPassed,
    ComplaintPaused,
    ComplaintResumed,
    ComplaintTermMoved,
    ComplaintWaitingMoved,
    ComplaintOverdue,
    ComplaintResolved,
)


def fold_complaints(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """`unit`: which deals with it now; `status`: open, waiting (for the citizen), overdue or resolved; `was_overdue` stays true.

    `due`: the last day in time, None while the clock stands still. In whatever order the events of the two streams come, the row ends
    the same: what moved unit and clock is newer than what came in.
    """
    event = fact.event
    row = dict(row) if row else {"complaint": event.complaint, "was_overdue": False}
    if isinstance(event, ComplaintReceived):
        row |= {name: getattr(event, name) for name in ("kind", "anonymous", "confidential", "received_on", "rule_set")}
        return _standing({"unit": event.unit, "due": event.last_day, "due_at": event.due} | row)
    row = {"unit": event.unit} | row | {"kind": event.kind} | _moved(event)
    match event:
        case ComplaintOverdue():
            row |= {"was_overdue": True, "overdue_at": max(event.due, row.get("overdue_at") or event.due)}
        case ComplaintResolved():
            row |= {name: getattr(event, name) for name in ("founded", "in_time", "resolved_on")} | {"event": fact.id}
    return _standing(row)


def _moved(event: Any) -> Row:
    """What an event changes of unit and clock."""
    match event:
        case ComplaintPaused():
            return {"unit": event.unit, "due": None, "due_at": None, "waiting_since": event.since, "waiting_until": event.until}
        case ComplaintResumed():
            return {"unit": event.unit, "due": event.last_day, "due_at": event.due, "waiting_since": None, "waiting_until": None}
        case ComplaintTermMoved():
            return {"due": event.last_day, "due_at": event.due}
        case ComplaintWaitingMoved():
            return {"waiting_until": event.until}
        case ComplaintPassed():
            return {"unit": event.unit, "due": event.last_day, "due_at": event.due}
    return {}


def _standing(row: Row) -> Row:
    late = row.get("overdue_at") is not None and row["overdue_at"] == row.get("due_at")
    running = "waiting" if row.get("waiting_since") else "overdue" if late else "open"
    return row | {"status": "resolved" if row.get("resolved_on") else running}


def _complaint_keys(fact: Fact[Any]) -> Iterable[str]:
    return (fact.event.complaint,)


COMPLAINTS = View(
    name="complaints",
    columns=(
        Column("complaint", Text),
        Column("unit", Text),
        Column("kind", Text),
        Column("status", Text),
        Column("anonymous", Boolean),
        Column("confidential", Boolean),
        Column("received_on", Date),
        Column("due", Date),
        Column("due_at", DateTime(timezone=True)),
        Column("waiting_since", Date),
        Column("waiting_until", Date),
        Column("was_overdue", Boolean),
        Column("overdue_at", DateTime(timezone=True)),
        Column("founded", Boolean),
        Column("in_time", Boolean),
        Column("resolved_on", Date),
        Column("rule_set", Text),
        Column("event", Text),
    ),
    on=dict.fromkeys((ComplaintReceived, *OF_ITS_COURSE), _complaint_keys),
    fold=fold_complaints,
    indexes=(("unit",), ("status",)),
)

VIEWS = (PROCESS, PEERS, ROUNDS, ASKED, POSTED, SURVEYS, COMPLAINTS, CALENDAR)
