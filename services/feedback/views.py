"""What feedback shows: published summaries, never an answer."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.feedback.events import FeedbackSummarised, ProcessFeedbackPublished
from shared.kernel.facts import Fact
from shared.views.view import Row, View


def fold_process(key: str, row: Row | None, fact: Fact[ProcessFeedbackPublished]) -> Row:
    event = fact.event
    return {
        "period": event.period,
        "n": event.n,
        "means_hundredths": dict(event.means_hundredths),
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
        Column("spreads_hundredths", JSONB),
        Column("rule_set", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("version", Integer),
    ),
    on={FeedbackSummarised: lambda fact: (f"{fact.event.employee}/{fact.event.period}",)},
    fold=fold_peers,
    indexes=(("period",),),
)

VIEWS = (PROCESS, PEERS)
