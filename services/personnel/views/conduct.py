"""Views of awards and sanctions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import BigInteger, Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.personnel.events import AwardEvaluationOpened, AwardGranted, SanctionImposed, SanctionLifted
from shared.kernel.facts import Fact
from shared.views.view import Row, View


def fold_evaluation(key: str, row: Row | None, fact: Fact[AwardEvaluationOpened]) -> Row:
    return {"award": fact.event.award, "year": fact.event.year, "opened_at": fact.recorded}


AWARD_EVALUATIONS = View(
    name="award_evaluations",
    columns=(Column("award", Text), Column("year", Text), Column("opened_at", DateTime(timezone=True))),
    on={AwardEvaluationOpened: lambda fact: (f"{fact.event.award}/{fact.event.year}",)},
    fold=fold_evaluation,
)


def fold_award(key: str, row: Row | None, fact: Fact[AwardGranted]) -> Row:
    said = asdict(fact.event) | {"cites": list(fact.event.cites)}
    return {**said, "granted_at": fact.recorded, "event": fact.id, "version": fact.version}


AWARDS = View(
    name="awards",
    columns=(
        Column("employee", Text),
        Column("proposal", Text),
        Column("award", Text),
        Column("unit", Text),
        Column("year", Text),
        Column("bonus", BigInteger),
        Column("paid_with", Text),
        Column("cites", JSONB),
        Column("document", Text),
        Column("granted_at", DateTime(timezone=True)),
        Column("event", Text),
        Column("version", Integer),
    ),
    on={AwardGranted: lambda fact: (f"{fact.event.employee}/{fact.event.proposal}",)},
    fold=fold_award,
    indexes=(("year",), ("employee",)),
)


def fold_sanction(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    row, event = {**(row or {}), "version": fact.version}, fact.event
    if isinstance(event, SanctionImposed):
        return {**asdict(event), "event": fact.id, "version": fact.version}
    return {**row, "lifted_on": event.on, "lifting_document": event.document}


SANCTIONS = View(
    name="sanctions",
    columns=(
        Column("employee", Text),
        Column("sanction", Text),
        Column("kind", Text),
        Column("level", Text),
        Column("effect", Text),
        Column("percent", Integer),
        Column("since", Date),
        Column("until", Date),
        Column("basis", Text),
        Column("document", Text),
        Column("event", Text),
        Column("lifted_on", Date),
        Column("lifting_document", Text),
        Column("version", Integer),
    ),
    on={
        SanctionImposed: lambda fact: (f"{fact.event.employee}/{fact.event.sanction}",),
        SanctionLifted: lambda fact: (f"{fact.event.employee}/{fact.event.sanction}",),
    },
    fold=fold_sanction,
    indexes=(("employee",),),
)
