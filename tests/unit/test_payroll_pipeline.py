"""The allowance as a pipeline of rules: a new one is read, has months decided anew, is computed and explained by what it declares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payroll.api.allowances import story_of
from services.payroll.domain.allowance import bonus_line
from services.payroll.domain.dossier import Dossier, UndeclaredRead
from services.payroll.domain.entitlement import Entitlement, entitle
from services.payroll.domain.explanation import explain
from services.payroll.domain.rule import Case, Finding, Input, Rule, Rules, Step, Told
from services.payroll.domain.rules import RULES
from services.payroll.domain.settings import read_scheme
from services.payroll.domain.steps import step
from services.payroll.events import AllowanceAdjusted, AllowanceCalculated
from services.payroll.heard import AttendanceRecorded, SanctionImposed
from services.payroll.known import read_dossier, scheme_in
from services.payroll.reactions import ENTITLEMENT, deciding
from services.payroll.service import SERVICE
from services.payroll.tables import TABLES
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from shared.words import ENGLISH, INDONESIAN, Words
from tests.support import payroll_year as year
from tests.support.dossiers import changed
from tests.support.knowledge import MemoryKnowledge, heard

MARCH, APRIL = Period.parse("2026-03"), Period.parse("2026-04")


@dataclass(frozen=True)
class ZakatPledged:
    """A deduction that no agency's rules know: `percent` of the components of a month goes to the amil."""

    employee: str
    month: str
    percent: int


def _pledges(case_month: Period, dossier: Dossier) -> list[Fact[ZakatPledged]]:
    return [fact for fact in dossier.facts(ZakatPledged) if fact.event.month == str(case_month)]


def _find(case: Case, dossier: Dossier) -> Finding:
    found = _pledges(case.month, dossier)
    whole = sum(line.amount for line in case.components)
    lines = tuple(bonus_line(-(whole * fact.event.percent // 100), "zakat", "pledge") for fact in found)
    return Finding(lines=lines, grounds=tuple(found))


def _explain(told: Told, dossier: Dossier) -> Iterable[Step]:
    return [step("zakat", fact) for fact in _pledges(told.month, dossier)]


ZAKAT = Rule("zakat", (Input.of_month(ZakatPledged, lambda event: (event.month,)),), _find, _explain)
WITH_ZAKAT = Rules(*RULES, ZAKAT)


def pledged(month: str, percent: int = 10, version: int = 1) -> Fact[ZakatPledged]:
    event = ZakatPledged("m1", month, percent)
    return heard("personnel", event, "m1", f"personnel-zakat-m1-{month}", version, year.at(5, version))


def office(rules: Rules = WITH_ZAKAT) -> MemoryKnowledge:
    """M1's March and April, decided by these rules."""
    others = tuple(each for each in SERVICE.reactions if each.name != ENTITLEMENT.name)
    knowledge = MemoryKnowledge(replace(SERVICE, reactions=(deciding(rules), *others)), now=year.at(6, 1))
    predicates = (year.imported(), year.imported("baik", "2026-Q1"))
    knowledge.arrive(year.rules(knowledge), year.registered(), year.position(), year.attendance(3), year.attendance(4), *predicates)
    knowledge.settle()
    return knowledge


def calculated(knowledge: MemoryKnowledge, month: Period) -> list[Any]:
    return [fact.event for fact in knowledge.stream(f"payroll-m1-{month}")]


def test_a_new_deduction_is_triggered_read_and_computed_by_its_declaration_alone():
    knowledge = office()
    (before,), (march,) = calculated(knowledge, APRIL), calculated(knowledge, MARCH)
    pledge = pledged("2026-04")
    knowledge.arrive(pledge)
    assert knowledge.marked == {("entitlement", "m1/2026-04")}, "its own month and no other is decided anew"
    knowledge.settle()
    after = calculated(knowledge, APRIL)[-1]
    assert isinstance(after, AllowanceCalculated) and after.lines[:-1] == before.lines
    assert (after.lines[-1].name, after.lines[-1].amount) == ("zakat", -(before.total * 10 // 100))
    assert (after.total, after.inputs) == (before.total + after.lines[-1].amount, (*before.inputs, pledge.id))
    assert calculated(knowledge, MARCH) == [march]
    assert ZakatPledged in deciding(WITH_ZAKAT).reads.heard, "and read ahead for a whole batch"


def test_a_new_deduction_makes_its_month_known():
    knowledge = office()
    knowledge.arrive(pledged("2026-11"))
    dossier = read_dossier(knowledge, "m1", WITH_ZAKAT)
    assert "2026-11" in WITH_ZAKAT.known_months(dossier) and "2026-11" not in RULES.known_months(dossier)


def test_a_new_deduction_is_explained_by_itself():
    knowledge = office()
    pledge = pledged("2026-04")
    knowledge.arrive(pledge)
    dossier, scheme = read_dossier(knowledge, "m1", WITH_ZAKAT), scheme_in(knowledge, APRIL)
    found = entitle(APRIL, dossier, scheme, WITH_ZAKAT)
    adjusted = Fact(
        AllowanceAdjusted("m1", "2026-04", found.rule_set, 8, "2026-Q1", "baik", "100", found.lines, 1, found.total, found.total - 1,
                          pledge.id, pledge.type, "2026-07", found.inputs),
        "own-1", "id.payroll.1", "kota", "m1", "payroll-m1-2026-04", 9, year.at(6, 1), year.at(6, 1), "x", "y",
    )  # fmt: skip
    told = explain(APRIL, found, scheme, dossier, story_of(knowledge, "m1", Period.parse("2026-Q1")), (adjusted,), (), WITH_ZAKAT)
    named = [one["step"] for one in told["chain"]]
    assert named.index("attendance") < named.index("zakat") < named.index("predicate")
    assert step("zakat", pledge) in told["chain"]
    assert told["differences"][0]["cause"] == step("cause", pledge), "and named as the cause of a difference"


def test_without_the_rule_nothing_of_it_is_read():
    knowledge = office(RULES)
    before = calculated(knowledge, APRIL)
    knowledge.arrive(pledged("2026-04"))
    assert not knowledge.marked and ZakatPledged not in ENTITLEMENT.on
    knowledge.settle()
    assert calculated(knowledge, APRIL) == before


@pytest.mark.parametrize("reading", [lambda dossier: dossier.facts(SanctionImposed), lambda dossier: dossier.employment,
                                     lambda dossier: dossier.calendar])  # fmt: skip
def test_a_rule_that_reads_what_it_does_not_declare_fails_loudly(reading):
    """Otherwise pay would silently not be recomputed when such a fact comes."""

    def careless(case: Case, dossier: Dossier) -> Finding:
        reading(dossier)
        return Finding()

    rule = replace(ZAKAT, name="careless", find=careless)
    knowledge = office(RULES)
    dossier, scheme = read_dossier(knowledge, "m1", Rules(*RULES, rule)), scheme_in(knowledge, APRIL)
    with pytest.raises(UndeclaredRead, match="declare"):
        entitle(APRIL, dossier, scheme, Rules(*RULES, rule))
    told = replace(ZAKAT, name="careless", explain=lambda told, dossier: [step("zakat", fact) for fact in dossier.facts(SanctionImposed)])
    with pytest.raises(UndeclaredRead):
        explain(APRIL, entitle(APRIL, dossier, scheme), scheme, dossier, story_of(knowledge, "m1", None), (), (), Rules(*RULES, told))


def test_what_two_rules_read_marks_all_that_either_needs():
    later = replace(ZAKAT, name="later", reads=(Input(AttendanceRecorded),))
    fact, knowledge = year.attendance(4), office()
    assert deciding(RULES).on[AttendanceRecorded](fact, knowledge) == ["m1/2026-04"]
    assert deciding(Rules(*RULES, later)).on[AttendanceRecorded](fact, knowledge) == ["m1"]


def test_every_class_that_a_rule_reads_has_months_decided_anew():
    """The engine reads what the rules declare, and every such fact marks: no list beside the declarations."""
    assert {each.model for each in RULES.inputs} <= set(ENTITLEMENT.on)
    assert set(ENTITLEMENT.reads.heard) == set(RULES.heard)
    undone = {each.undone.by for each in RULES.inputs if each.undone is not None}
    assert undone <= {each.model for each in RULES.inputs}


@given(st.integers(0, 100), st.integers(0, 900))
def test_a_rule_added_at_the_end_leaves_all_that_came_before_as_it_is(percent: int, late: int):
    knowledge = office(RULES)
    dossier, scheme = read_dossier(knowledge, "m1", WITH_ZAKAT), scheme_in(knowledge, APRIL)
    dossier = changed(dossier, attendance=(year.attendance(4, late=late),))
    plain = entitle(APRIL, dossier, scheme)
    more = entitle(APRIL, replace(dossier, known={**dossier.known, ZakatPledged: [pledged("2026-04", percent)]}), scheme, WITH_ZAKAT)
    assert isinstance(plain, Entitlement) and more.lines[:-1] == plain.lines
    assert more == replace(plain, lines=more.lines, total=more.total, grounds=more.grounds)
    assert entitle(APRIL, dossier, scheme, WITH_ZAKAT) == plain, "and where there is no such fact it changes nothing"


def test_a_pledge_for_a_month_outside_service_takes_nothing():
    knowledge = office()
    dossier = changed(read_dossier(knowledge, "m1", WITH_ZAKAT), life=(year.joined(date(2026, 5, 1)),))
    dossier = replace(dossier, known={**dossier.known, ZakatPledged: [pledged("2026-04")]})
    assert entitle(APRIL, dossier, scheme_in(knowledge, APRIL), WITH_ZAKAT).lines == ()


def test_a_third_factor_with_settings_of_its_own_is_one_rule():
    """Components may use it, its settings are read with the rule set, and its line says where the percentage comes from."""

    def find(case: Case, dossier: Dossier) -> Finding:
        return Finding(case.scheme.own["training"])

    training = Rule("training", (), find, lambda told, dossier: (), factor="training", factor_rule="training-hours", lines=("refund",),
                    settings=lambda said: said.percent("training_percent"))  # fmt: skip
    rules = Rules(training, *RULES)
    components = [*year.SETTINGS["components"][:1], {"name": "discipline", "share_percent": 20, "factor": "discipline"},
                  {"name": "learning", "share_percent": 20, "factor": ["training", "discipline"]}]  # fmt: skip
    settings = year.SETTINGS | {"components": components, "training_percent": 50}
    scheme = read_scheme("x@1", (), settings, TABLES, rules=rules)
    dossier = read_dossier(office(RULES), "m1", rules)
    learning = entitle(APRIL, dossier, scheme, rules).lines[-1]
    assert (learning.name, learning.rule, learning.percent) == ("learning", "training-hours × discipline-points", "50")
    for wrong in ({"training_percent": 101}, {"components": [components[0], components[1] | {"name": "refund"}, components[2]]}):
        with pytest.raises(Refused) as refused:
            read_scheme("x@1", (), settings | wrong, TABLES, rules=rules)
        assert refused.value.code == "invalid-rule-set"
    with pytest.raises(Refused):
        read_scheme("x@1", (), settings, TABLES)


@pytest.mark.parametrize("words", [INDONESIAN, ENGLISH], ids=["id", "en"])
def test_what_a_rule_calls_its_lines_and_its_percentage_has_words(words: Words):
    assert set(RULES.lines) <= words.codes.keys()
    assert {f"source:{rule}" for rule in RULES.factors.values() if rule} <= words.codes.keys()
