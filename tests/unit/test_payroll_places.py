"""P1, S1 and W1: twelve months in the other places to the rupiah, with extra components, bonuses, sanctions and recoveries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.payroll.api.allowances import story_of
from services.payroll.domain.entitlement import Entitlement, Held
from services.payroll.domain.explanation import explain
from services.payroll.domain.recovery import instalments
from services.payroll.domain.settings import read_scheme
from services.payroll.events import Missing, RecoveryScheduled
from services.payroll.known import entitlement_of, read_dossier, read_ledger, scheme_in
from services.payroll.service import SERVICE
from services.payroll.tables import TABLES
from services.payroll.views import ALLOWANCES, EMPLOYEES, RECOVERING
from shared.kernel.facts import Fact
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support import payroll_places as places
from tests.support import payroll_year as year
from tests.support.knowledge import MemoryKnowledge
from tests.support.paying import post_chunk, posted_in
from tests.support.payroll_year import at

MONTHS = tuple(f"2026-{number:02d}" for number in range(1, 13))


def place(employee: str, job_class: int, changes: dict, *facts: Fact) -> MemoryKnowledge:
    """The place's rules are published, and the person is in post."""
    knowledge = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(knowledge, year.rules(knowledge, **changes), year.position(job_class, employee=employee), *facts)
    return knowledge


def tell(knowledge: MemoryKnowledge, *facts: Fact) -> None:
    knowledge.now = max([knowledge.now, *(fact.recorded for fact in facts)])
    knowledge.arrive(*facts)
    knowledge.settle()


def post(knowledge: MemoryKnowledge, month: str) -> None:
    """The treasurer's run, on the 8th of the following month."""
    period = Period.parse(month)
    following = period.shift(1)
    knowledge.now = max(knowledge.now, at(following.first, 8, year=following.year))
    post_chunk(knowledge, period, [row["key"] for row in knowledge.rows(EMPLOYEES)])
    knowledge.settle()


def play(knowledge: MemoryKnowledge, employee: str, news: Iterable[Fact] = (), **attended: dict) -> None:
    """Twelve months: before each run comes the month's attendance, and every piece of news that was recorded by then."""
    waiting = sorted(news, key=lambda fact: fact.recorded)
    for month in MONTHS:
        period = Period.parse(month)
        following = period.shift(1)
        run_day = at(following.first, 8, year=following.year)
        tell(knowledge, *(fact for fact in waiting if fact.recorded < run_day))
        waiting = [fact for fact in waiting if fact.recorded >= run_day]
        tell(knowledge, year.attendance(period.first, employee=employee, **attended.get(f"m{period.first:02d}", {})))
        post(knowledge, month)


def table(knowledge: MemoryKnowledge, employee: str) -> list[tuple[int, int, int, int]]:
    """By month: posted, due as known now, sum of adjustments paid with it, paid."""
    rows = [knowledge.row(ALLOWANCES, f"{employee}/{month}") for month in MONTHS]
    return [(row["posted"], row["due"], sum(part["amount"] for part in row["adjustments"]), row["paid"]) for row in rows]


def amounts(knowledge: MemoryKnowledge, employee: str, month: str) -> list[tuple[str, int]]:
    return [(line["name"], line["amount"]) for line in knowledge.row(ALLOWANCES, f"{employee}/{month}")["lines"]]


# --- P1 of Plaju: class 11, 60/40, quarters pay the next, Sangat Baik earns 10 % of B more ---


def p1() -> MemoryKnowledge:
    knowledge = place("p1", 11, places.PLAJU, year.imported("baik", "2025-Q4", "p1"))
    news = [
        places.delivered("p1", "2026-Q1", "kurang", at(4, 20)),
        places.delivered("p1", "2026-Q2", "butuh_perbaikan", at(7, 20)),
        places.delivered("p1", "2026-Q3", "sangat_baik", at(10, 20)),
    ]
    play(knowledge, "p1", news, m05={"absent": 2, "meetings": 1})
    return knowledge


def test_p1_twelve_months_to_the_rupiah():
    """Permenlu 3/2025 art. 15: Kurang 70, Butuh Perbaikan 80, Sangat Baik 100 percent; May has 93 points."""
    full, excellent = (5_755_761, 5_755_761, 0, 5_755_761), (6_331_337, 6_331_337, 0, 6_331_337)
    april, may, july = ((amount, amount, 0, amount) for amount in (4_719_724, 4_558_563, 5_065_069))
    knowledge = p1()
    assert table(knowledge, "p1") == [full] * 3 + [april, may, april] + [july] * 3 + [excellent] * 3
    assert amounts(knowledge, "p1", "2026-05") == [("performance", 2_417_420), ("discipline", 2_141_143)]
    assert amounts(knowledge, "p1", "2026-10") == [("performance", 3_453_457), ("discipline", 2_302_304), ("excellence", 575_576)]


# --- S1 of Siulak: class 9, 70/30, the year pays the next, cut of 25 % from April to September, corrected on 20 July ---


def s1(*more: Fact, **changes: object) -> MemoryKnowledge:
    knowledge = place("s1", 9, places.SIULAK | changes, year.imported("baik", "2025", "s1"))
    play(knowledge, "s1", [places.imposed(), places.corrected(), *more])
    return knowledge


def test_s1_twelve_months_to_the_rupiah():
    """PermenLHK 6/2024 art. 19: Butuh Perbaikan 90 %. Overpaid: 3 × 304,865 + 3 × 228,649 = 1,600,542, taken back by three runs."""
    knowledge = s1()
    assert table(knowledge, "s1") == [
        *[(4_355_208, 4_050_343, 0, 4_355_208)] * 3,
        *[(3_266_406, 3_037_757, 0, 3_266_406)] * 3,
        *[(3_037_757, 3_037_757, -759_439, 2_278_318)] * 2,
        (3_037_757, 3_037_757, -81_664, 2_956_093),
        *[(4_050_343, 4_050_343, 0, 4_050_343)] * 3,
    ]
    assert amounts(knowledge, "s1", "2026-04") == [("performance", 3_048_646), ("discipline", 1_306_562), ("sanction", -1_088_802)]
    assert amounts(knowledge, "s1", "2026-07") == [("performance", 2_743_781), ("discipline", 1_306_562), ("sanction", -1_012_586)]
    assert amounts(knowledge, "s1", "2026-10") == [("performance", 2_743_781), ("discipline", 1_306_562)]


def test_s1_gives_back_the_oldest_month_first():
    """Of July's run 759,439 = floor(25 % of 3,037,757); of August's the same; September's takes what is left of June."""
    knowledge = s1()
    parts = {
        month: [(part["month"], part["amount"]) for part in knowledge.row(ALLOWANCES, f"s1/{month}")["adjustments"]]
        for month in ("2026-07", "2026-08", "2026-09", "2026-10")
    }
    assert parts == {
        "2026-07": [("2026-01", -304_865), ("2026-02", -304_865), ("2026-03", -149_709)],
        "2026-08": [("2026-03", -155_156), ("2026-04", -228_649), ("2026-05", -228_649), ("2026-06", -146_985)],
        "2026-09": [("2026-06", -81_664)],
        "2026-10": [],
    }


def test_s1_is_told_what_will_be_taken_back_before_it_is_and_after_each_run():
    knowledge = s1()
    told = [fact.event for fact in knowledge.stream("payroll-recovery-s1")]
    assert told[-4:] == [
        RecoveryScheduled("s1", 1_600_542, 3, "25", "2026-07"),
        RecoveryScheduled("s1", 841_103, 2, "25", "2026-08"),
        RecoveryScheduled("s1", 81_664, 1, "25", "2026-09"),
        RecoveryScheduled("s1", 0, 0, "25", "2026-10"),
    ]
    assert knowledge.row(RECOVERING, "s1")["amount"] == 0


def test_who_never_owed_anything_is_told_nothing():
    knowledge = p1()
    assert [fact for fact in knowledge.known.values() if isinstance(fact.event, RecoveryScheduled)] == []


def test_the_correction_is_the_cause_of_every_difference():
    knowledge = s1()
    adjusted = read_ledger(knowledge, "s1").adjusted
    assert [(fact.event.month, fact.event.difference) for fact in adjusted] == [
        *((month, -304_865) for month in MONTHS[:3]),
        *((month, -228_649) for month in MONTHS[3:6]),
    ]
    assert {fact.event.cause for fact in adjusted} == {places.corrected().id}


# --- W1 of Sawahlunto: class 7, 70/30 ---


def test_w1_lines_never_exceed_the_basic_amount():
    """2,160,434.5 and 925,900.5 are both halves: the last line gives way, and every month pays 3,086,335."""
    quarters = [places.delivered("w1", f"2026-Q{quarter}", "baik", at(3 * quarter + 1, 20)) for quarter in (1, 2, 3)]
    knowledge = place("w1", 7, places.SAWAHLUNTO, year.imported("baik", "2025-Q4", "w1"))
    play(knowledge, "w1", quarters)
    assert table(knowledge, "w1") == [(3_086_335, 3_086_335, 0, 3_086_335)] * 12
    assert amounts(knowledge, "w1", "2026-06") == [("performance", 2_160_435), ("discipline", 925_900)]


def test_the_explanation_says_by_how_much_a_line_gave_way():
    knowledge = place("w1", 7, places.SAWAHLUNTO, year.imported("baik", "2025-Q4", "w1"))
    play(knowledge, "w1", [])
    lines = steps_named(explained(knowledge, "w1", "2026-01"), "line")
    assert [(line["data"]["amount"], line["data"].get("gave_way")) for line in lines] == [(2_160_435, None), (925_900, 1)]
    cut = steps_named(explained(s1(), "s1", "2026-04"), "line")
    assert [line["data"].get("gave_way") for line in cut] == [None, None, None]


def test_a_predicate_of_pp_30_2019_pays_by_the_name_that_the_rules_give_it():
    """PP 30/2019 art. 41 knows Cukup, the payout table Butuh Perbaikan; without the mapping the month is held and says why."""
    facts = (year.imported("cukup", "2025-Q4", "w2"), year.attendance(1, employee="w2"))
    mapped = place("w2", 7, places.SAWAHLUNTO, *facts)
    assert amounts(mapped, "w2", "2026-01") == [("performance", 1_728_348), ("discipline", 925_901)]
    assert mapped.row(ALLOWANCES, "w2/2026-01")["predicate"] == "butuh_perbaikan"
    plain = place("w2", 7, {}, *facts)
    found = entitlement_of(plain, "w2", Period.parse("2026-01"))
    assert found == Held("w2", "2026-01", (Missing("payout", "cukup"),))


# --- sanctions ---


def siulak_year(*facts: Fact, **changes: object) -> MemoryKnowledge:
    """S1 with Baik and full discipline all year; nothing posted."""
    attended = [year.attendance(month, employee="s1") for month in range(1, 13)]
    return place("s1", 9, places.SIULAK | changes, year.imported("baik", "2025", "s1"), *attended, *facts)


def cut_months(knowledge: MemoryKnowledge) -> list[int]:
    return [number for number, month in enumerate(MONTHS, 1) if len(amounts(knowledge, "s1", month)) > 2]


@pytest.mark.parametrize(
    ("facts", "changes", "expected"),
    [
        ([places.imposed()], {}, [4, 5, 6, 7, 8, 9]),
        ([places.imposed(since=date(2026, 4, 10), until=date(2026, 10, 9))], {}, [5, 6, 7, 8, 9, 10]),
        ([places.imposed(until=None)], {}, [4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ([places.imposed(), places.lifted(date(2026, 7, 1))], {}, [4, 5, 6]),
        ([places.imposed(), places.lifted(date(2026, 7, 2))], {}, [4, 5, 6, 7]),
        ([places.lifted(date(2026, 7, 1)), places.imposed()], {}, [4, 5, 6]),
        ([places.imposed(effect="rank_delay")], {}, []),
        ([places.imposed()], {"sanction_cut": None}, []),
        ([places.imposed()], {"sanction_cut": {"since": "2026-08-01", "source": "Perbup Siulak 12/2025"}}, [8, 9]),
    ],
    ids=["term", "mid-month", "no-end", "lifted", "lifted-next-day", "lifted-first-heard", "other-effect", "art-42", "art-42-dated"],
)
def test_a_sanction_cuts_the_months_of_its_term_where_the_region_cuts(facts: list[Fact], changes: dict, expected: list[int]):
    """PP 94/2021 art. 42 defers the law's own cut: only a regulation of the region makes it, from its own day on."""
    assert cut_months(siulak_year(*facts, **changes)) == expected


def test_of_two_cuts_at_once_the_heavier_counts_alone():
    knowledge = siulak_year(places.imposed(), places.imposed(sanction="other", percent=30, since=date(2026, 6, 1), until=date(2026, 6, 30)))
    found = {month: dict(amounts(knowledge, "s1", month))["sanction"] for month in ("2026-05", "2026-06", "2026-07")}
    assert found == {"2026-05": -1_088_802, "2026-06": -1_306_562, "2026-07": -1_088_802}


def test_the_heavier_counts_also_where_the_lighter_began_later():
    other = places.imposed(sanction="other", percent=20, since=date(2026, 6, 1), until=date(2026, 6, 30))
    found = {month: dict(amounts(siulak_year(places.imposed(), other), "s1", month))["sanction"] for month in ("2026-05", "2026-06")}
    assert found == {"2026-05": -1_088_802, "2026-06": -1_088_802}


def test_a_cut_without_a_percentage_holds_the_month_and_says_so():
    knowledge = siulak_year(places.imposed(percent=None))
    found = entitlement_of(knowledge, "s1", Period.parse("2026-04"))
    assert found == Held("s1", "2026-04", (Missing("sanction-percent", "absence-2025"),))


def test_a_lifting_after_posting_gives_back_what_was_cut():
    knowledge = place("s1", 9, places.SIULAK, year.imported("baik", "2025", "s1"))
    play(knowledge, "s1", [places.imposed(), places.lifted(date(2026, 4, 1), recorded=at(6, 20))])
    assert [row[3] for row in table(knowledge, "s1")][3:6] == [3_266_406, 3_266_406, 4_355_208 + 2 * 1_088_802]
    assert {fact.event.cause for fact in read_ledger(knowledge, "s1").adjusted} == {places.lifted(date(2026, 4, 1)).id}


def test_extras_and_bonuses_come_after_the_cut_and_are_not_cut():
    """A sanction's cut is computed on P + D and comes last; a bonus or extra component is its own line after that."""
    changes = places.SIULAK | {"extras": places.PLAJU["extras"]}
    facts = [places.imposed(), places.award("s1", 500_000, "2026-04", at(4, 2)), year.attendance(4, employee="s1")]
    knowledge = place("s1", 9, changes, year.imported("sangat_baik", "2025", "s1"), *facts)
    assert amounts(knowledge, "s1", "2026-04") == [
        ("performance", 3_048_646),
        ("discipline", 1_306_562),
        ("sanction", -1_088_802),
        ("excellence", 435_521),
        ("bonus", 500_000),
    ]
    [row] = [row for row in knowledge.rows(ALLOWANCES) if row["month"] == "2026-04"]
    assert row["due"] == 4_201_927


# --- bonuses ---


def test_a_bonus_is_a_line_of_its_own_in_the_month_that_it_is_paid_with():
    facts = [places.award("s1", 500_000, "2026-12", at(12, 20)), places.award("s1", 0, "2026-11", at(11, 20), name="certificate")]
    knowledge = siulak_year(*facts, places.award("s1", 700_000, None, at(12, 20), name="recognition"))
    assert amounts(knowledge, "s1", "2026-12") == [("performance", 3_048_646), ("discipline", 1_306_562), ("bonus", 500_000)]
    assert knowledge.row(ALLOWANCES, "s1/2026-12")["lines"][2]["rule"] == "tim-terbaik"
    assert all(len(amounts(knowledge, "s1", month)) == 2 for month in MONTHS[:11])


def test_a_bonus_granted_after_its_month_was_posted_is_paid_at_once_by_the_next_run():
    knowledge = place("s1", 9, places.SIULAK, year.imported("baik", "2025", "s1"))
    play(knowledge, "s1", [places.award("s1", 500_000, "2026-05", at(6, 20))])
    assert [row[3] for row in table(knowledge, "s1")][4:6] == [4_355_208, 4_855_208]


# --- what is owed does not wait for a month that can be calculated ---


def test_a_person_without_a_payable_month_is_paid_what_earlier_months_are_owed():
    """February's attendance never comes; January's correction upward is paid by February's run all the same, once."""
    knowledge = place("s1", 9, places.SIULAK, year.imported("baik", "2025", "s1"), year.attendance(1, absent=2, employee="s1"))
    post(knowledge, "2026-01")
    tell(knowledge, year.attendance(1, revision=2, employee="s1"))
    for _ in range(2):
        post(knowledge, "2026-02")
    [paid] = posted_in(knowledge, "2026-02", ["s1"])
    assert ([(part.month, part.amount) for part in paid.adjustments], paid.paid) == ([("2026-01", 78_393)], 78_393)
    assert read_ledger(knowledge, "s1").outstanding == ()
    tell(knowledge, year.attendance(2, employee="s1"), year.attendance(3, employee="s1"))
    post(knowledge, "2026-03")
    assert [event.paid for event in posted_in(knowledge, "2026-03", ["s1"])] == [4_355_208, 4_355_208]


def test_nothing_is_taken_back_from_who_is_paid_nothing():
    knowledge = place("s1", 9, places.SIULAK, year.imported("baik", "2025", "s1"), year.attendance(1, employee="s1"))
    post(knowledge, "2026-01")
    tell(knowledge, year.attendance(1, absent=2, revision=2, employee="s1"))
    post(knowledge, "2026-02")
    assert posted_in(knowledge, "2026-02", ["s1"]) == ()
    assert knowledge.row(RECOVERING, "s1")["amount"] == 78_393


@pytest.mark.parametrize(("amount", "worth", "expected"), [(100, 400, 1), (101, 400, 2), (0, 0, 0), (100, 0, None), (100, 3, None)])
def test_instalments_of_a_quarter(amount: int, worth: int, expected: int | None):
    assert instalments(amount, worth, 25) == expected


# --- order does not matter ---

S1_FACTS = (
    year.position(9, employee="s1"),
    year.imported("baik", "2025", "s1"),
    places.corrected(),
    places.imposed(),
    places.imposed(sanction="other", percent=30, since=date(2026, 5, 1), until=date(2026, 6, 30)),
    places.lifted(date(2026, 6, 1), sanction="other"),
    places.award("s1", 500_000, "2026-05", at(5, 20)),
    *(year.attendance(month, employee="s1") for month in (3, 4, 5, 6)),
)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_sanctions_awards_and_corrections_in_any_order_end_in_the_same_entitlement(data: st.DataObject, seed: int):
    plain = MemoryKnowledge(SERVICE, now=at(1, 2))
    tell(plain, year.rules(plain, **places.SIULAK), *S1_FACTS)
    mixed = MemoryKnowledge(SERVICE, now=at(7, 21))
    facts = [*S1_FACTS, *data.draw(st.lists(st.sampled_from(S1_FACTS), max_size=6)), year.rules(mixed, **places.SIULAK)]
    Random(seed).shuffle(facts)
    runs = data.draw(st.dictionaries(st.integers(0, len(facts) - 1), st.sampled_from([3, 4, 5]), max_size=2))
    for number, fact in enumerate(facts):
        if number in runs:
            post_chunk(mixed, Period(2026, runs[number], runs[number]), ["s1"])
        mixed.arrive(fact)
        if number % 3 == 0:
            mixed.settle()
    mixed.settle()
    expected = {"2026-03": 4_050_343, "2026-04": 3_037_757, "2026-05": 3_335_240, "2026-06": 3_037_757}
    for month, total in expected.items():
        found = [entitlement_of(knowledge, "s1", Period.parse(month)) for knowledge in (plain, mixed)]
        assert [each.total for each in found if isinstance(each, Entitlement)] == [total, total]
        state = read_ledger(mixed, "s1").state(month)
        assert (state.granted if state.posted else state.result.total) == total


# --- explanation ---


def explained(knowledge: MemoryKnowledge, employee: str, month: str) -> dict:
    period = Period.parse(month)
    finding, ledger = entitlement_of(knowledge, employee, period), read_ledger(knowledge, employee)
    story = story_of(knowledge, employee, Period.parse(finding.predicate_period))
    payments = ledger.settlements
    return explain(
        period, finding, scheme_in(knowledge, period), read_dossier(knowledge, employee), story, ledger.of_month(month), payments
    )


def steps_named(found: dict, name: str) -> list[dict]:
    return [step for step in found["chain"] if step["step"] == name]


def test_the_explanation_names_the_sanction_with_its_basis_and_the_rule_that_lets_it_cut():
    found = explained(s1(), "s1", "2026-04")
    [sanction] = steps_named(found, "sanction")
    assert (sanction["event"], sanction["data"]["basis"]) == (places.imposed().id, "PP 94/2021 Pasal 10")
    assert (sanction["data"]["outcome"], sanction["data"]["source"]) == ("cut", "Perbup Siulak 12/2025 Pasal 9")
    [rules] = steps_named(found, "rule-set")
    assert "Perbup Siulak 12/2025 Pasal 9" in rules["data"]["sources"]
    [difference] = found["differences"]
    assert (difference["amount"], difference["cause"]["data"]["document"]) == (-228_649, "SK-KOR/1/2026")
    assert [(part["run"], part["amount"]) for part in difference["paid"]] == [("2026-08", -228_649)]
    assert [step["step"] for step in found["chain"]][-2:] == ["appraisal-imported", "appraisal-corrected"]


@pytest.mark.parametrize(
    ("facts", "changes", "outcomes"),
    [
        ([places.imposed(), places.lifted(date(2026, 4, 1))], {}, ["lifted"]),
        ([places.imposed()], {"sanction_cut": None}, ["no-local-rule"]),
        ([places.imposed(), places.imposed(sanction="other", percent=30)], {}, ["heavier-one-counts", "cut"]),
    ],
)
def test_a_sanction_that_does_not_cut_says_why(facts: list[Fact], changes: dict, outcomes: list[str]):
    found = explained(siulak_year(*facts, **changes), "s1", "2026-04")
    assert [step["data"]["outcome"] for step in steps_named(found, "sanction")] == outcomes
    assert len(steps_named(found, "sanction-lifted")) == outcomes.count("lifted")


def test_the_explanation_names_the_award_and_the_extra_component():
    knowledge = p1()
    granted = places.award("p1", 250_000, "2026-11", at(12, 20))
    tell(knowledge, granted)
    found = explained(knowledge, "p1", "2026-11")
    assert [step["event"] for step in steps_named(found, "award")] == [granted.id]
    [extra] = steps_named(found, "extra")
    assert extra["data"] == {
        "name": "excellence",
        "when_predicate": ["sangat_baik"],
        "percent_of_base": "10",
        "predicate": "sangat_baik",
    }
    assert found["due"] == 6_331_337 + 250_000


# --- rule sets that cannot be used ---


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"components": [{"name": "a", "share_percent": 100, "factor": ["predicate", "luck"]}]}, "components[0].factor"),
        ({"extras": {"name": "x"}}, "extras"),
        ({"extras": [{"name": "performance", "when_predicate": ["baik"], "percent_of_base": 10}]}, "extras[0].name"),
        ({"extras": [{"name": "bonus", "when_predicate": ["baik"], "percent_of_base": 10}]}, "extras[0].name"),
        ({"extras": [{"name": "more", "when_predicate": ["cemerlang"], "percent_of_base": 10}]}, "extras[0].when_predicate"),
        ({"extras": [{"name": "more", "when_predicate": ["baik"], "percent_of_base": 101}]}, "extras[0].percent_of_base"),
        ({"components": [{"name": "sanction", "share_percent": 100, "factor": "predicate"}]}, "components[0].name"),
        ({"sanction_cut": True}, "sanction_cut"),
        ({"sanction_cut": {"since": "soon", "source": "Perbup 1/2026"}}, "sanction_cut.since"),
        ({"sanction_cut": {"since": "2026-01-01", "source": " "}}, "sanction_cut.source"),
        ({"predicate_names": ["cukup"]}, "predicate_names"),
        ({"predicate_names": {"cukup": "lumayan"}}, "predicate_names.cukup"),
        ({"predicate_names": {"baik": "sangat_baik"}}, "predicate_names.baik"),
    ],
)
def test_a_rule_set_that_cannot_be_used_is_refused_with_the_setting_named(changes: dict, named: str):
    with pytest.raises(Refused) as refused:
        read_scheme("x@1", (), year.SETTINGS | changes, TABLES)
    assert refused.value.expected.startswith(f"{named}:")
