"""Views of talent boxes and vacant posts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.personnel.events import PostDecided, PostProposed, TalentBoxPlaced, TalentBoxWithdrawn, VacancyOpened
from shared.kernel.facts import Fact
from shared.views.view import Row, View


def fold_talent(key: str, row: Row | None, fact: Fact[TalentBoxPlaced | TalentBoxWithdrawn]) -> Row | None:
    if isinstance(fact.event, TalentBoxWithdrawn):
        return None
    return {**asdict(fact.event), "inputs": list(fact.event.inputs), "version": fact.version}


TALENT_BOXES = View(
    name="talent",
    columns=(
        Column("employee", Text),
        Column("period", Text),
        Column("box", Integer),
        Column("performance", Text),
        Column("potential", Text),
        Column("inputs", JSONB),
        Column("rule_set", Text),
        Column("version", Integer),
    ),
    on=dict.fromkeys((TalentBoxPlaced, TalentBoxWithdrawn), lambda fact: (f"{fact.event.employee}/{fact.event.period}",)),
    fold=fold_talent,
    indexes=(("period",), ("employee",)),
)


def fold_vacancy(key: str, row: Row | None, fact: Fact[Any]) -> Row:
    """The post's last vacancy: open until the official chose."""
    row, event = {**(row or {}), "version": fact.version}, fact.event
    if isinstance(event, VacancyOpened):
        opened = asdict(event) | {"criteria": list(event.criteria)}
        return {**opened, "status": "open", "opened_at": fact.recorded, "version": fact.version}
    if isinstance(event, PostProposed):
        ranking, excluded = [asdict(one) for one in event.ranking], [asdict(one) for one in event.excluded]
        return {**row, "proposal": event.proposal, "ranking": ranking, "excluded": excluded, "rule_set": event.rule_set}
    chosen = {"employee": event.employee, "document": event.document, "since": event.since, "decided_by": fact.actor}
    return {**row, "proposal": event.proposal, "status": "filled", **chosen}


VACANCIES = View(
    name="vacancies",
    columns=(
        Column("post", Text),
        Column("unit", Text),
        Column("job_class", Integer),
        Column("kind", Text),
        Column("strategic", Boolean),
        Column("criteria", JSONB),
        Column("status", Text),
        Column("opened_at", DateTime(timezone=True)),
        Column("proposal", Text),
        Column("ranking", JSONB),
        Column("excluded", JSONB),
        Column("rule_set", Text),
        Column("employee", Text),
        Column("document", Text),
        Column("since", Date),
        Column("decided_by", Text),
        Column("version", Integer),
    ),
    on={
        VacancyOpened: lambda fact: (fact.event.post,),
        PostProposed: lambda fact: (fact.event.post,),
        # A role that an employee was given is in his development; here are vacant posts.
        PostDecided: lambda fact: (fact.subject,) if fact.subject == fact.event.post else (),
    },
    fold=fold_vacancy,
    indexes=(("status",),),
)
