"""What payroll only tells of lies apart from the facts that pay rests on, and its explanations show it all the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from services.payroll import heard as h
from services.payroll.api.allowances import story_of
from services.payroll.service import SERVICE
from services.payroll.views import EMPLOYEES
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.flow import facts
from shared.flow.apply import Arrived, apply
from shared.flow.declared import Reaction
from shared.flow.facts import Place
from shared.flow.knowledge import StoreKnowledge
from shared.flow.once import KnowledgeOnce
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.process.migrate import migrate
from tests.support import payroll_year as year
from tests.support.stores import NOW, Prepared, prepare

AGENCY = "mulyorejo"
TOLD = ("ProgressRecorded", "ScoreSubmitted", "TargetSet")


@pytest.fixture
def prepared(postgres_url: str) -> Prepared:
    return prepare(postgres_url, SERVICE, (AGENCY,))


def envelopes(*heard: Fact) -> list[Envelope]:
    return [
        Envelope(fact.id, fact.type, AGENCY, fact.subject, fact.stream, fact.version, fact.effective, fact.recorded, "x", "c-1", None, 0,
                 None, number, encode(fact.event))
        for number, fact in enumerate(heard, 1)
    ]  # fmt: skip


def placed(*heard: Fact) -> list[tuple[Place, Envelope]]:
    return [(Place("t", 0, one.sequence), one) for one in envelopes(*heard)]


HEARD = (year.registered(), year.position(), year.imported("baik", "2026-Q1"), *year.plan_and_scores())


def types_in(prepared: Prepared, table: str) -> list[str]:
    with prepared.app.transaction(AGENCY, NOW) as tx:
        return [row[0].split(".")[2] for row in tx.execute(f"select type from {table} order by type, stream, version").fetchall()]


def told(prepared: Prepared, kind: type = KnowledgeOnce) -> Sequence[list[str]]:
    with prepared.app.transaction(AGENCY, NOW) as tx:
        story = story_of(kind(tx, SERVICE), "m1", Period.parse("2026-Q1"))
    return [[fact.id for fact in each] for each in (story.targets, story.progress, story.scores)]


def test_what_is_only_told_is_kept_apart_and_told(prepared):
    with prepared.app.transaction(None, NOW) as tx:
        apply(tx, SERVICE, [Arrived(place, one) for place, one in placed(*HEARD)])
    assert types_in(prepared, "facts") == ["AppraisalImported", "EmployeeRegistered", "PositionAssigned"]
    assert sorted(set(types_in(prepared, "told_facts"))) == list(TOLD)
    target, progress, *scores = (fact.id for fact in year.plan_and_scores())
    for kind in (StoreKnowledge, KnowledgeOnce):
        assert list(told(prepared, kind)) == [[target], [progress], scores]
    with prepared.app.transaction(None, NOW) as tx:  # come again, each is there once
        apply(tx, SERVICE, [Arrived(place, one) for place, one in placed(*HEARD)])
    assert len(types_in(prepared, "told_facts")) == 4


def test_what_lay_with_the_facts_is_told_and_moves_with_the_upgrade(prepared):
    with prepared.app.transaction(AGENCY, NOW) as tx:
        facts.keep(tx, placed(*HEARD))  # as the release before did
    before = told(prepared)
    assert len(types_in(prepared, "facts")) == 7 and all(before), "read where it lies"
    with closing(psycopg2.connect(prepared.urls.owner_url.replace("+psycopg2", ""))) as owner, owner, owner.cursor() as cursor:
        cursor.execute("drop table told_facts; update alembic_version set version_num = 'flow_0006' where version_num = 'flow_0007'")
    migrate(SERVICE, prepared.urls.owner_url, prepared.urls.roles, (AGENCY,))
    assert len(types_in(prepared, "facts")) == 3 and sorted(set(types_in(prepared, "told_facts"))) == list(TOLD)
    assert told(prepared) == before


def test_agencies_do_not_see_what_is_told_of_others(postgres_url):
    both = prepare(postgres_url, SERVICE, (AGENCY, "plaju"))
    with both.app.transaction(AGENCY, NOW) as tx:
        facts.keep(tx, placed(*HEARD), SERVICE.heard.told)
    with both.app.transaction("plaju", NOW) as tx:
        assert tx.execute("select count(*) from told_facts").fetchone() == (0,)


def test_no_decision_and_no_view_may_rest_on_what_is_only_told():
    scores = Reaction("careless", {h.ScoreSubmitted: lambda fact, knowledge: [fact.subject]}, lambda key, knowledge: [])
    with pytest.raises(ValueError, match="ScoreSubmitted"):
        replace(SERVICE, reactions=(*SERVICE.reactions, scores))
    with pytest.raises(ValueError, match="TargetSet"):
        replace(SERVICE, views=(replace(EMPLOYEES, on={h.TargetSet: lambda fact: (fact.subject,)}),))
