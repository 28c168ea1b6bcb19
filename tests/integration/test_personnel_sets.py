"""What personnel does by itself about many costs a handful of statements, however many people and units there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest

from services.personnel import events as p
from services.personnel.heard import AppraisalFinalized, Judgement, SurveyResultPublished
from services.personnel.service import SERVICE
from shared.events.codec import encode
from shared.events.envelope import Envelope
from shared.events.rule_set import RuleSetPublished
from shared.flow import decisions
from shared.flow.apply import Arrived, apply
from shared.flow.facts import Place
from shared.kernel.ids import event_id
from shared.process.service import Service
from shared.store import log
from tests.support.stores import counted
from tests.support.web import Web, web

AGENCY = "mulyorejo"
NOW = datetime(2026, 12, 7, 3, tzinfo=UTC)
SINCE = date(2012, 3, 1)
PAST = datetime(2020, 1, 1, tzinfo=UTC)
AWARDS = {
    "awards": [{"award": "teladan", "to": "employee", "predicate_at_least": "baik", "order": ["seniority"]}],
    "recognition": {"rise_at_least": "2", "in_unit": True},
}
DISCIPLINE = {
    "ladder": "pp-94-2021",
    "basis": "PP 94/2021 Pasal 9-11",
    "allowance_cut": {"from": None, "substitute": "rank_delay", "substitute_months": 12},
}
NUMBERS = count(1)
Said = tuple[str, Any, str, str, int]
"""Which service said it, the event, its subject, stream and version."""


def rules(kind: str, settings: dict[str, Any]) -> Said:
    event = RuleSetPublished(kind, f"kota-{kind}", 1, date(2020, 1, 1), ("Perwal 12/2025",), settings)
    return "personnel", event, f"rules-{kind}", f"personnel-rules-{kind}", 1


def units(many: int) -> Iterator[Said]:
    for number in range(many):
        unit = f"u{number:03}"
        yield "personnel", p.UnitOpened(unit, None, "dinas", SINCE), unit, f"personnel-unit-{unit}", 1


def surveys(many: int, period: str, index: str) -> Iterator[Said]:
    for number in range(many):
        unit = f"u{number:03}"
        event = SurveyResultPublished(unit, "permits", period, 30, index, "B")
        yield "feedback", event, unit, f"feedback-survey-{unit}.permits.{period}", 1


def people(many: int, among: int = 1) -> Iterator[Said]:
    for number in range(many):
        who, stream = f"m{number:03}", f"personnel-employee-m{number:03}"
        yield "personnel", p.EmployeeRegistered(who, "PNS", SINCE), who, stream, 1
        yield "personnel", p.RankHeld(who, "III/b", date(2021, 10, 1), date(2012, 1 + number % 12, 1 + number // 12 % 28)), who, stream, 2
        held = p.PositionAssigned(who, f"post-{who}", 8, "functional", f"u{number % among:03}", False, SINCE, "821/1")
        yield "personnel", held, who, stream, 3
        for quarter in ("2026", "2025"):
            final = AppraisalFinalized(who, quarter, Judgement("baik", None))
            yield "appraisal", final, who, f"appraisal-{who}-{quarter}", 1


def absent(who: str, days: int) -> Said:
    event = p.AttendanceRecorded(who, "2026-11", 0, 0, days, 0, 0, {}, 1)
    return "personnel", event, who, f"personnel-attendance-{who}-2026-11", 1


def arrive(here: Web, said: Iterable[Said]) -> None:
    made = []
    for source, event, subject, stream, version in said:
        type_ = f"merit.{source}.{type(event).__name__}.v1"
        effective = PAST if source == "personnel" else NOW
        meta = ("t", "c", None, 0, None)
        id_ = event_id(AGENCY, stream, version)
        made.append(Envelope(id_, type_, AGENCY, subject, stream, version, effective, NOW, *meta, next(NUMBERS), encode(event)))
    with here.database.transaction(AGENCY, NOW) as tx:
        log.append(tx, [one for one in made if one.service == "personnel"])
        tx.flush()
        apply(tx, SERVICE, [Arrived(Place("test", 0, one.sequence), one) for one in made])


def settled(here: Web, service: Service = SERVICE) -> None:
    while decisions.settle(here.database, service, AGENCY, NOW):
        pass


def quiet(here: Web, but: str) -> None:
    """Leave only one reaction's decisions marked."""
    with here.database.transaction(AGENCY, NOW) as tx:
        tx.execute("update decisions set dirty = false where reaction <> %s", (but,))


def told(here: Web) -> list[tuple[Any, ...]]:
    """All that was decided, without moments."""
    with here.database.transaction(AGENCY, NOW) as tx:
        decided = "select stream, version, type, data::text from events where meta::text like '%%system:%%' order by stream, version"
        return [tuple(row) for row in tx.execute(decided).fetchall()]


@dataclass(frozen=True)
class Case:
    """`before` is settled when `woken` arrives; each is given a size. `gives`: a word of what is decided then."""

    reaction: str
    before: Callable[[int], Iterable[Said]]
    woken: Callable[[int], Iterable[Said]]
    gives: str
    sizes: tuple[int, int] = (50, 400)


def opened(many: int) -> Iterator[Said]:
    yield rules("awards", AWARDS)
    yield from units(1)
    yield from people(many)
    yield "personnel", p.AwardEvaluationOpened("teladan", "2026"), "award-teladan", "personnel-award-evaluation-teladan-2026", 1


def surveyed(many: int) -> Iterator[Said]:
    yield rules("awards", AWARDS)
    yield from units(many)
    yield from people(40, many)
    yield from surveys(many, "2026-Q2", "80")


def vacant(many: int) -> Iterator[Said]:
    yield from units(1)
    yield from people(many)
    for number in range(many):
        who = f"m{number:03}"
        yield "personnel", p.PotentialAssessed(who, "high", "assessment-center", date(2025, 11, 10)), who, f"personnel-potential-{who}", 1
        placed = p.TalentBoxPlaced(who, "2026", 8, "as", "high", (), "national-talent@1")
        yield "personnel", placed, who, f"personnel-talent-{who}-2026", 1
    event = p.VacancyOpened("kabid", "u000", 9, "structural", False, ("box",))
    yield "personnel", event, "kabid", "personnel-vacancy-kabid", 1


def all_absent(many: int) -> Iterator[Said]:
    yield from people(many)
    for number in range(many):
        yield absent(f"m{number:03}", 7)


CASES = (
    Case("talent-boxes", vacant, lambda many: [rules("talent", _TALENT)], "kota-talent", (20, 150)),
    Case("year-awards", opened, lambda many: [absent("m003", 1)], "award-teladan-2026"),
    Case("recognition", surveyed, lambda many: surveys(min(many, 5), "2026-Q3", "85"), "award-recognition-2026-Q3", (20, 500)),
    Case("post-proposals", vacant, lambda many: [_promoted("m003")], "PostProposed", (20, 150)),
    Case("absence-sanctions", all_absent, lambda many: [rules("discipline", DISCIPLINE)], "kota-discipline", (20, 90)),
    Case("rank-promotions", lambda many: people(many), lambda many: [rules("promotion", _PROMOTION)], "kota-promotion", (20, 150)),
    Case(
        "development-proposals", lambda many: people(many), lambda many: [rules("development", _DEVELOPMENT)], "kota-development", (20, 150)
    ),
)
_TALENT = {"table": "permenpanrb-3-2020", "above": ["sangat_baik"], "as": ["baik"]}
_PROMOTION = {
    "years_in_rank": 4, "predicate_at_least": "baik", "last_years": 2, "employments": ["PNS"], "education_ceiling": "regular",
    "list_missing_at_most": 0,
}  # fmt: skip


_DEVELOPMENT = {
    "conditions": [{"code": "result", "when": {"predicate": {"is": ["baik"]}}, "propose": {"kind": "coaching", "programme": "performance"}}]
}


def _promoted(who: str) -> Said:
    return "personnel", p.RankHeld(who, "III/c", date(2026, 10, 1), SINCE), who, f"personnel-employee-{who}", 4


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reaction)
def test_what_concerns_many_costs_as_many_statements_as_what_concerns_few(postgres_url, monkeypatch, case):
    cost = {}
    for many in case.sizes:
        with web(postgres_url, SERVICE, f"personnel_{many}", (AGENCY,)) as here:
            arrive(here, case.before(many))
            settled(here)
            arrive(here, case.woken(many))
            quiet(here, case.reaction)
            with monkeypatch.context() as patch:
                sent = counted(patch)
                settled(here)
            cost[many] = len(sent)
    few, lots = cost.values()
    assert lots <= few + 2, cost
    assert few <= 30, cost


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.reaction)
def test_what_is_decided_in_sets_is_what_each_would_have_decided_alone(postgres_url, monkeypatch, case):
    said = []
    for alone in (False, True):
        service = replace(SERVICE, reactions=tuple(replace(one, reads=None) for one in SERVICE.reactions)) if alone else SERVICE
        with web(postgres_url, service, f"personnel_{alone}".lower(), (AGENCY,)) as here, monkeypatch.context() as patch:
            if alone:
                patch.setattr("shared.flow.once.KnowledgeOnce.about", lambda self, subjects, models: self)
            arrive(here, case.before(10))
            settled(here, service)
            arrive(here, case.woken(10))
            settled(here, service)
            said.append(told(here))
    assert said[0] == said[1]
    assert case.gives in str(said[0])
