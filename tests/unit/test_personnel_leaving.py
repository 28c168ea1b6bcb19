"""The end of service in personnel: what is open is withdrawn with the reason, nothing new is proposed, and a revoked end undoes it."""

from __future__ import annotations

from datetime import date

import pytest

from services.personnel.domain.development import DEVELOPMENT, Begin
from services.personnel.domain.employee import EMPLOYEE, EndEmployment, RegisterEmployee, RevokeEnd
from services.personnel.domain.leaving import LEAVING, ReachEnd
from services.personnel.domain.sanction import SANCTION, Impose, Lift
from services.personnel.events import LIFE, SanctionTerms
from services.personnel.views import DEVELOPMENTS, EMPLOYEES
from shared.kernel.employment import Employment
from tests.support.personnel import Office

CONDITIONS = {
    "conditions": [
        {"code": "poor", "when": {"predicate": {"is": ["kurang"]}}, "propose": {"kind": "guidance", "programme": "performance"}},
        {"code": "good", "when": {"predicate": {"is": ["baik"]}}, "propose": {"kind": "training", "programme": "leading"}},
    ]
}
DISCIPLINE = {"ladder": "pp-94-2021", "basis": "PP 94/2021 Pasal 9-11"}
CUT = {"from": "2026-01-01", "basis": "Perwal 12/2025 Pasal 20", "substitute": "rank_delay", "substitute_months": 12}
PROMOTION = {"years_in_rank": 4, "predicate_at_least": "baik", "last_years": 1, "employments": ["PNS"], "list_missing_at_most": 4}
DISMISSAL = SanctionTerms("dismissal", "heavy", "dismissal", None, None, "PP 94/2021 Pasal 8")


@pytest.fixture
def office() -> Office:
    made = Office().at(2026, 2, 2)
    made.rules("development", CONDITIONS)
    made.rules("discipline", DISCIPLINE | {"allowance_cut": CUT})
    made.rules("promotion", PROMOTION)
    made.person("m1")
    return made


def end(office: Office, since: date, kind: str = "retired") -> None:
    office.do(EMPLOYEE, EndEmployment("m1", kind, since, "882/1"))


def service(office: Office) -> Employment:
    return Employment.known(office.knowledge, "m1", LIFE)


def missing(office: Office, key: str) -> list[str]:
    row = office.proposal(f"m1/{key}")
    assert row["status"] == "withdrawn"
    return row["missing"]


def test_open_proposals_are_withdrawn_on_the_day_of_the_end_and_not_before(office: Office):
    office.final("m1", "2026-Q1", "kurang")
    office.attendance("m1", "2026-01", days=3)
    office.at(2026, 4, 10)
    end(office, date(2026, 5, 1))
    assert office.open() == {"m1/guidance-performance-2026-Q1", "m1/sanction-absence-oral-warning-2026"}
    office.at(2026, 5, 1).do(LEAVING, ReachEnd("m1", date(2026, 5, 1)))
    assert office.open() == set()
    assert missing(office, "guidance-performance-2026-Q1") == ["in-service"]
    assert missing(office, "sanction-absence-oral-warning-2026") == ["in-service"]
    assert missing(office, "rank-iii-c") == ["in-service"]
    office.final("m1", "2026-Q2", "kurang")
    office.attendance("m1", "2026-04", days=9)
    assert office.open() == set(), "nobody is proposed after the end"
    office.do(EMPLOYEE, RevokeEnd("m1", "882/2"))
    assert office.open() == {"m1/guidance-performance-2026-Q1", "m1/sanction-absence-allowance-cut-6-2026"}


def test_an_end_learned_late_withdraws_at_once(office: Office):
    office.final("m1", "2026-Q1", "kurang")
    office.at(2026, 6, 10)
    end(office, date(2026, 5, 1), "died")
    assert office.open() == set()


def test_what_was_under_way_lapses_with_the_reason(office: Office):
    office.final("m1", "2026-Q1", "kurang")
    office.decide("m1", "guidance-performance-2026-Q1")
    begun = Begin("m1", "guidance-performance-2026-Q1", "guidance", "performance", "poor", "800/1", date(2026, 2, 2))
    office.do(DEVELOPMENT, begun)
    office.at(2026, 6, 10)
    end(office, date(2026, 5, 1), "moved-agency")
    row = office.knowledge.row(DEVELOPMENTS, "m1")
    assert [(one["status"], one["outcome"], one["ended_on"]) for one in row["measures"]] == [("lapsed", "moved-agency", "2026-05-01")]
    assert row["open"] == 0
    office.do(EMPLOYEE, RevokeEnd("m1", "882/2"))
    row = office.knowledge.row(DEVELOPMENTS, "m1")
    assert ([one["status"] for one in row["measures"]], row["open"]) == (["open"], 1), "an end in error undoes what lapsed with it"
    end(office, date(2026, 6, 1))
    assert office.knowledge.row(DEVELOPMENTS, "m1")["open"] == 0
    office.do(EMPLOYEE, RegisterEmployee("m1", "PPPK", date(2026, 6, 5)))
    assert office.knowledge.row(DEVELOPMENTS, "m1")["open"] == 0, "a new spell does not bring it back"


def test_a_dismissal_ends_employment_on_its_day_and_lifting_it_whole_revokes_the_end(office: Office):
    office.do(SANCTION, Impose("m1", "dismissal-2026", DISMISSAL, date(2026, 4, 1), None, "860/1"))
    ended = service(office).ended(date(2026, 4, 1))
    assert (ended.end, ended.how) == (date(2026, 4, 1), "dismissed") and service(office).serving(date(2026, 3, 31))
    office.at(2026, 7, 1).do(SANCTION, Lift("m1", "dismissal-2026", date(2026, 4, 1), "860/2", "boss"))
    assert service(office).ended(date(2026, 12, 31)) is None and len(service(office).spells) == 1


def test_a_dismissal_lifted_later_leaves_the_days_between_outside_service(office: Office):
    office.do(SANCTION, Impose("m1", "dismissal-2026", DISMISSAL, date(2026, 4, 1), None, "860/1"))
    office.at(2026, 7, 1).do(SANCTION, Lift("m1", "dismissal-2026", date(2026, 7, 1), "860/2", "boss"))
    assert [service(office).serving(date(2026, *day)) for day in ((3, 31), (4, 1), (6, 30), (7, 1))] == [True, False, False, True]
    office.sanction("m1", "light", date(2026, 8, 1), None, effect="warning")
    assert [one.since for one in service(office).spells] == [date(2012, 3, 1), date(2026, 7, 1)], "another fact changes nothing"


def test_a_cut_or_a_release_from_the_post_ends_no_employment(office: Office):
    office.sanction("m1", "medium", date(2026, 4, 1), date(2026, 9, 30))
    assert service(office).ended(date(2027, 1, 1)) is None


def test_the_list_tells_who_serves_who_will_leave_and_who_has_left(office: Office):
    office.person("m2")
    row = office.knowledge.row
    end(office, date(2026, 5, 1))
    shown = ("serving", "ends", "how")
    assert [row(EMPLOYEES, "m1")[name] for name in shown] == [True, date(2026, 5, 1), "retired"]
    office.at(2026, 5, 1).do(LEAVING, ReachEnd("m1", date(2026, 5, 1)))
    assert row(EMPLOYEES, "m1")["serving"] is False
    assert [one["key"] for one in office.knowledge.rows(EMPLOYEES, serving=True)] == ["m2"]
    office.do(EMPLOYEE, RegisterEmployee("m1", "PPPK", date(2026, 6, 1)))
    assert [row(EMPLOYEES, "m1")[name] for name in shown] == [True, None, None]
