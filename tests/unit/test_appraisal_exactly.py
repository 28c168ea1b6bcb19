"""What appraisal's tables, rule sets and refusals say, to the word and the bound."""

from __future__ import annotations

from dataclasses import make_dataclass, replace
from datetime import date
from fractions import Fraction

import pytest

from services.appraisal import events
from services.appraisal.domain import streams
from services.appraisal.domain.appraisal import APPRAISAL
from services.appraisal.domain.appraised import appraised_in, outside_service
from services.appraisal.domain.distribution import ORGANISATION_RESULTS, Finding, Guide, Limit
from services.appraisal.domain.improvement import IMPROVEMENT, MoveImprovementItem
from services.appraisal.domain.numeric import Band, NumericRegime, Scale
from services.appraisal.domain.objection import DecideObjection, FileObjection
from services.appraisal.domain.plan import PLAN, ApprovePlan
from services.appraisal.domain.quadrant import INDONESIAN_RATINGS, Predicate, Quadrant, Rating, predicate_of
from services.appraisal.domain.record import Record, Stage
from services.appraisal.domain.rules import AppraisalRules, Improvement, Peers, PlanChanges, RatingPolicy, ZeroTarget, read_settings
from services.appraisal.domain.scoring import SubmitScore
from services.appraisal.domain.standing import Assesses
from services.appraisal.domain.targets import DRAFT, weighed
from services.appraisal.tables import TABLES
from shared.kernel.calendar import Term
from shared.kernel.employment import INTERRUPTIONS, Employment, Interruption, Spell
from shared.kernel.periods import Period
from shared.kernel.refusal import Refused
from tests.support.appraisal import (
    ALWAYS,
    APPROVED,
    ASSESSOR,
    BEHAVIOURS,
    DAYS,
    DELIVERED,
    GOOD,
    ISSUED,
    JAKARTA,
    M1,
    OBJECTED,
    SCORED,
    SETTINGS,
    SUPERIOR,
    UNTIL,
    moment,
)
from tests.support.deciding import given

NUMBERS = {
    **{key: value for key, value in SETTINGS.items() if key not in ("quadrant", "rating_policy")},
    "scheme": "numeric",
    "numeric": {"scale": "pp-30-2019-41", "result_percent": 70, "behaviour_percent": 30},
}


RULES = read_settings("place@1", SETTINGS, TABLES)


def wrong(settings) -> Refused:
    with pytest.raises(Refused) as refused:
        read_settings("place@1", settings, TABLES)
    assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422)
    return refused.value


# --- tables -----------------------------------------------------------------------------------------------------------------------------


def test_a_guide_is_read_with_its_limits_and_rows_without_one_only_permit():
    rows = [
        {"predikat_organisasi": "Istimewa", "predikat_pegawai": "Sangat Baik", "batas": ">", "persen": "40"},
        {"predikat_organisasi": "Istimewa", "predikat_pegawai": "Kurang dan/atau Sangat Kurang", "batas": "<=", "persen": "5"},
        {"predikat_organisasi": "Butuh Perbaikan", "predikat_pegawai": "Baik", "batas": ">=", "persen": "60"},
        {"predikat_organisasi": "Sangat Kurang", "predikat_pegawai": "Baik", "batas": "=", "persen": "0"},
        {"predikat_organisasi": "Baik", "predikat_pegawai": "Baik", "batas": "boleh", "persen": ""},
    ]
    least = Limit((Predicate.BAIK,), ">=", 60)
    most = Limit((Predicate.KURANG, Predicate.SANGAT_KURANG), "<=", 5)
    best = Limit((Predicate.SANGAT_BAIK,), ">", 40)
    guide = Guide.read("guide", rows)
    assert guide == Guide(
        "guide",
        {"istimewa": (best, most), "baik": (), "butuh_perbaikan": (least,), "kurang": (),
         "sangat_kurang": (Limit((Predicate.BAIK,), "=", 0),)},
    )  # fmt: skip
    assert ORGANISATION_RESULTS == tuple(guide.limits)
    people = ["sangat_baik"] * 2 + ["baik"] * 2 + ["sangat_kurang"]
    assert guide.compare("istimewa", people) == (Finding(best, 2, 5, False), Finding(most, 1, 5, False))
    assert guide.compare("butuh_perbaikan", ["baik"] * 3 + ["kurang"] * 2) == (Finding(least, 3, 5, True),)
    assert guide.compare("istimewa", []) == guide.compare("baik", people) == ()
    holds = {(sign, count) for sign in ("<=", ">=", "=", ">") for count in (1, 2, 3) if Limit((), sign, 40).holds(count, 5)}
    assert holds == {("<=", 1), ("<=", 2), (">=", 2), (">=", 3), ("=", 2), (">", 3)}


def band(predicate, least, most, with_least="1", with_most="0", needs=""):
    return {"predikat": predicate, "nilai_min": least, "nilai_maks": most, "min_inklusif": with_least, "maks_inklusif": with_most,
            "syarat_tambahan": needs}  # fmt: skip


def test_a_scale_is_read_band_by_band_and_a_gap_is_named():
    rows = [band("Sangat Baik", "110", "120", with_most="1", needs="menciptakan ide baru"), band("Baik", "50.5", "120", with_most="1"),
            band("Cukup", "0", "50.5", needs="tanpa")]  # fmt: skip
    scale = Scale.read("s", rows)
    half = Fraction("50.5")
    assert scale == Scale("s", (
        Band(Predicate.SANGAT_BAIK, Fraction(110), True, Fraction(120), True, True),
        Band(Predicate.BAIK, half, True, Fraction(120), True, False),
        Band(Predicate.BUTUH_PERBAIKAN, Fraction(0), True, half, False, False)))  # fmt: skip
    for missing, told in (({"maks_inklusif": "0"}, "50"), ({"nilai_maks": "49"}, "99/2")):
        gap = [band("Baik", "50", "120", "0", "1"), band("Cukup", "0", "50", with_most="1") | missing]
        with pytest.raises(ValueError, match=f"every number of the scale s, found none for {told}$"):
            Scale.read("s", gap)
    with pytest.raises(ValueError, match="a number on the scale s, found 121$"):
        scale.predicate(Fraction(121), idea=True)
    regime = NumericRegime(scale, 70, 30)
    assert regime.judge(Fraction("109.999"), True) == events.Judgement(None, None, "baik", "109.999")
    assert regime.judge(Fraction(110), True).predicate == "sangat_baik" and regime.weigh(Fraction(90), Fraction(100)) == 93


def test_a_quadrant_is_read_with_each_of_its_nine_cells_once():
    rows = [{"rating_hasil_kerja": result, "rating_perilaku_kerja": behaviour,
             "predikat": "Baik" if result == behaviour else "Kurang/Misconduct"}
            for result in INDONESIAN_RATINGS for behaviour in INDONESIAN_RATINGS]  # fmt: skip
    read = Quadrant.read("q", rows)
    assert (read.name, len(read.cells)) == ("q", 9)
    assert read.judge(Rating.ABOVE, Rating.AS) == events.Judgement("above", "as", "kurang") and read.judge(Rating.AS, Rating.AS) == GOOD
    with pytest.raises(ValueError, match="the 9 cells of the quadrant q, found 8"):
        Quadrant.read("q", rows[:-1])
    with pytest.raises(ValueError, match="each cell of the quadrant q once, found .* twice"):
        Quadrant.read("q", [*rows, rows[0]])
    assert [predicate_of(text) for text in (" Sangat  Baik ", "butuh_perbaikan", "CUKUP", "kurang/misconduct")] == [
        Predicate.SANGAT_BAIK, Predicate.BUTUH_PERBAIKAN, Predicate.BUTUH_PERBAIKAN, Predicate.KURANG]  # fmt: skip
    with pytest.raises(ValueError, match="Butuh Perbaikan or Cukup, Kurang, Sangat Kurang., found 'fine'"):
        predicate_of("fine")
    assert [one.place for one in Predicate] == [0, 1, 2, 3, 4]


# --- rule sets --------------------------------------------------------------------------------------------------------------------------


def test_what_a_rule_set_leaves_out_is_this():
    least = SETTINGS | {"rating_policy": {}, "decision": {"days": 7, "kind": "working"}}
    zero = ZeroTarget(Fraction(100), None)
    policy = RatingPolicy("achievement", Fraction(100), Fraction(90), Fraction(120), "mean", "two-minus-ratio", zero)
    plain = AppraisalRules(
        name="place@1", scheme="rating", appraised=("quarter", "year"), measurement="monthly",
        quadrant=TABLES.quadrants["permenpanrb-6-2022"], numeric=None, policy=policy, behaviours=BEHAVIOURS, behaviour_by="majority",
        peers=Peers("information", Fraction(), 1, Fraction()), report_required=False, assessor_of_period=Assesses.LAST_DAY,
        objection=Term(14), decision=Term(7, "working"), objection_may_lower=True, accept_by_silence=True, organisation_first=False,
        improvement=None, not_asked=INTERRUPTIONS, plan_changes=PlanChanges(False, "months"),
    )  # fmt: skip
    assert read_settings("place@1", least, TABLES) == plain
    by_numbers = read_settings("place@1", NUMBERS, TABLES)
    assert by_numbers == replace(plain, scheme="numeric", quadrant=None, behaviour_by="mean", decision=Term(7),
                                 numeric=NumericRegime(TABLES.scales["pp-30-2019-41"], 70, 30))  # fmt: skip


def test_what_a_rule_set_says_is_read_as_it_says():
    said = SETTINGS | {
        "appraised": "yearly", "measurement": "quarterly", "behaviour_policy": "superior", "peers": {"use": "required"},
        "rating_policy": {
            "result_by": "superior", "above_over_percent": "98.5", "as_from_percent": "98.5", "cap_percent": "150", "aggregate": "last",
            "lower_is_better": "target-over-realised", "zero_target": {"reached_percent": "150", "off_each_percent": "1/3"},
        },
        "achievement_report_required": True, "assessor_of_period": "longest", "objection": {"days": 10, "kind": "working"},
        "decision": {"days": 21, "kind": "calendar"}, "objection_may_lower": False, "accept_by_silence": False, "organisation_first": True,
        "improvement": {"founded_complaints": False, "falling_surveys": True, "due": {"days": 30, "kind": "working"}}, "not_asked": [],
        "plan_changes": {"priorities": True, "weigh": "mean"},
    }  # fmt: skip
    found = read_settings("other@2", said, TABLES)
    zero = ZeroTarget(Fraction(150), Fraction(1, 3))
    assert found == AppraisalRules(
        name="other@2", scheme="rating", appraised=("year",), measurement="quarterly", quadrant=TABLES.quadrants["permenpanrb-6-2022"],
        numeric=None,
        policy=RatingPolicy("superior", Fraction("98.5"), Fraction("98.5"), Fraction(150), "last", "target-over-realised", zero),
        behaviours=BEHAVIOURS, behaviour_by="superior", peers=Peers("required", Fraction(), 1, Fraction()), report_required=True,
        assessor_of_period=Assesses.LONGEST, objection=Term(10, "working"), decision=Term(21), objection_may_lower=False,
        accept_by_silence=False, organisation_first=True, improvement=Improvement(False, True, Term(30, "working")), not_asked=(),
        plan_changes=PlanChanges(True, "mean"),
    )  # fmt: skip
    assert [zero.percent(Fraction(number)) for number in (0, 3, 450, 900)] == [150, 149, 0, 0]
    assert [ZeroTarget(Fraction(90), None).percent(Fraction(number)) for number in (0, 1)] == [90, 0]
    weighted = {"scale": "pp-30-2019-41", "result_percent": 60, "behaviour_percent": 40}
    peers = {"use": "weight", "share_percent": "1/2", "top": 5}
    read = read_settings("x@1", NUMBERS | {"numeric": weighted, "peers": peers}, TABLES)
    assert read.peers == Peers("weight", Fraction(1, 2), 5, Fraction(100))
    assert (read.numeric.result_percent, read.numeric.behaviour_percent) == (60, 40)
    assert read.peers.number({"a": Fraction(4), "b": Fraction(5)}) == 90
    year = Period.parse("2026")
    assert appraised_in(replace(found, policy=replace(found.policy, result_by="achievement")), year) == (year,)
    assert appraised_in(found, year) == ()
    quarters = read_settings("q@1", SETTINGS, TABLES)
    assert [str(one) for one in appraised_in(quarters, year)] == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2026"]


@pytest.mark.parametrize(("policy", "good"), [
    ({"as_from_percent": "0"}, False), ({"as_from_percent": "0.5"}, True),
    ({"as_from_percent": "100"}, True), ({"as_from_percent": "100.1"}, False),
    ({"above_over_percent": "119.9"}, True), ({"above_over_percent": "120"}, False),
    ({"zero_target": {"reached_percent": "0"}}, False), ({"zero_target": {"reached_percent": "0.5"}}, True),
    ({"zero_target": {"reached_percent": "120"}}, True), ({"zero_target": {"reached_percent": "120.1"}}, False),
    ({"zero_target": {"off_each_percent": "0"}}, False), ({"zero_target": {"off_each_percent": "0.5"}}, True),
])  # fmt: skip
def test_the_bounds_of_a_rating_policy(policy, good):
    settings = SETTINGS | {"rating_policy": policy}
    if good:
        read_settings("place@1", settings, TABLES)
    else:
        wrong(settings)


@pytest.mark.parametrize(("peers", "good"), [
    ({"share_percent": "0"}, False), ({"share_percent": "0.5"}, True), ({"share_percent": "99.5"}, True), ({"share_percent": "100"}, False),
    ({"full_score": "0"}, False), ({"full_score": "0.5"}, True), ({"full_score": "120"}, True), ({"full_score": "120.5"}, False),
    ({"top": 0}, False), ({"top": 1}, True), ({"top": 100}, True), ({"top": 101}, False),
])  # fmt: skip
def test_the_bounds_of_colleagues_weight(peers, good):
    whole = {"scale": "pp-30-2019-41", "result_percent": 60, "behaviour_percent": 40}
    settings = NUMBERS | {"numeric": whole, "peers": {"use": "weight", "share_percent": "40", "top": 4} | peers}
    if good:
        read_settings("place@1", settings, TABLES)
    else:
        wrong(settings)


@pytest.mark.parametrize(("settings", "expected", "found"), [
    (SETTINGS | {"measurement": "yearly"}, "measurement: at least as often as what is appraised quarterly", "'yearly'"),
    (SETTINGS | {"peers": {"use": "weight"}},
     "peers.use: information or required: the quadrant of PermenPANRB 6/2022 knows no weights", "'weight'"),
    (SETTINGS | {"decision": {"days": 7, "kind": "calendar", "binding": True}},
     "decision.binding: false: an overdue decision is reported, no rule known forfeits it", "True"),
    (SETTINGS | {"rating_policy": {"as_from_percent": "101", "above_over_percent": "99.5"}},
     "rating_policy: 0 < as_from_percent <= above_over_percent < cap_percent", "'101, 199/2, 120'"),
    (SETTINGS | {"rating_policy": {"zero_target": {"off_each_percent": "-1"}}},
     "rating_policy.zero_target: reached_percent over 0 up to the cap, off_each_percent over 0", "'100, -1'"),
    (NUMBERS | {"rating_policy": {"cap_percent": "150"}},
     "rating_policy.cap_percent: 120 (PP 30/2019: no achievement counts more)", "'150'"),
    (NUMBERS | {"numeric": {"scale": "pp-30-2019-41", "result_percent": 60, "behaviour_percent": 40}},
     "numeric.result_percent, behaviour_percent: 70 and 30 percent without colleagues' weight (PP 30/2019 art. 41)", "'60 and 40'"),
    (NUMBERS | {"peers": {"use": "weight", "share_percent": "40", "top": 4}},
     "numeric.result_percent, behaviour_percent: 60 and 40 percent with colleagues' weight (PP 30/2019 art. 41)", "'70 and 30'"),
])  # fmt: skip
def test_a_wrong_setting_is_told_with_its_place_and_what_it_should_be(settings, expected, found):
    refused = wrong(settings)
    assert (refused.expected, refused.found) == (expected, found)


# --- refusals and streams ---------------------------------------------------------------------------------------------------------------


def test_a_weight_is_kept_whole_where_it_is_and_said_once():
    assert [weighed(*said) for said in ((40, None), (None, None), (None, "40.0"), (None, "1/3"), (None, "33.5"))] == [
        (40, None), (None, None), (40, None), (None, "1/3"), (None, "33.5")]  # fmt: skip
    with pytest.raises(Refused) as refused:
        weighed(40, "40")
    told = refused.value
    assert (told.code, told.status, told.expected, told.found) == ("target-invalid", 422, "weight or exact_weight", "both")


@pytest.mark.parametrize(("aggregate", "what"), [(APPRAISAL, "an appraisal"), (IMPROVEMENT, "an improvement item")])
def test_a_decider_takes_no_command_of_another(aggregate, what):
    with pytest.raises(TypeError, match=f"expected a command on {what}, found 7"):
        aggregate.decider.decide(aggregate.decider.initial, 7)


def test_a_plan_and_a_draft_take_no_command_of_another():
    other = make_dataclass("OfYear", ("employee", "year"))(M1, "2026")
    for aggregate, what in ((DRAFT, "a draft"), (PLAN, "a plan")):
        with pytest.raises(TypeError, match=f"expected a command on {what}, found OfYear"):
            aggregate.decider.decide(aggregate.decider.initial, other)


def test_every_kind_of_stream_has_its_name_and_an_employees_id_cannot_take_one():
    assert [streams.draft("m1", "2026"), streams.plan("m1", "2026"), streams.seen("m1", "2026"), streams.organisation("u", "2026"),
            streams.rules_read("m1"), streams.improvement("u", "i"), streams.appraisal("m1", "2026")] == [
        "appraisal-draft-m1-2026", "appraisal-plan-m1-2026", "appraisal-seen-m1-2026", "appraisal-organisation-u-2026",
        "appraisal-rules-read-m1", "appraisal-improvement-u-i", "appraisal-m1-2026"]  # fmt: skip
    for reserved in ("draft-", "plan-", "seen-", "organisation-", "rules-", "improvement-"):
        with pytest.raises(Refused) as refused:
            streams.appraisal(f"{reserved}m1", "2026")
        told = refused.value
        assert (told.code, told.status, told.found) == ("reserved-employee-id", 422, f"{reserved}m1") and ", plan-, " in told.expected


def test_a_period_outside_service_is_told_with_what_was_instead():
    february = Period.parse("2026-02")
    ended = Employment((Spell(date(2020, 1, 1), date(2026, 1, 31), "retired"),))
    away = Employment((Spell(date(2020, 1, 1), None, None, (Interruption("study", date(2026, 1, 15), None),)),))
    later = Employment((Spell(date(2026, 3, 1)),))
    assert [outside_service(one, february).found for one in (ended, away, later)] == [
        "2026-02, and service ended on 2026-01-31 (retired)",
        "2026-02, and study since 2026-01-15",
        "2026-02, and service since 2026-03-01",
    ]


def test_a_plan_that_is_not_made_anew_is_told_what_could_be():
    july, autumn = date(2026, 7, 1), date(2026, 9, 15)
    anew = ApprovePlan(M1, "2026", (ISSUED, DAYS), "m12", "SKP/2/2026", "place@1", date(2026, 10, 1))
    approved = given(PLAN, *APPROVED).when(anew).then_refused("plan-approved")
    assert (approved.expected, approved.found) == (
        "a plan of 2026 that is not fixed yet, or another post within the year", "version 1, approved")  # fmt: skip
    other = given(PLAN, *APPROVED).when(replace(anew, since=date(2026, 8, 1), transfers=(autumn, july))).then_refused("plan-approved")
    assert other.expected == "a plan of 2026 that is not fixed yet, or a new one from 2026-07-01 or 2026-09-15"
    assert other.found == "version 1, approved, and a new one from 2026-08-01"
    closed = replace(anew, transfers=(july,), closed=frozenset({"2026-08", "2026-06", "2026-07"}))
    delivered = given(PLAN, *APPROVED).when(closed).then_refused("period-delivered")
    assert (delivered.expected, delivered.found) == (
        "months from 2026-07 on whose appraisal is not delivered yet", "2026-07, 2026-08")  # fmt: skip
    own = tuple(replace(target, months=months) for target, months in ((ISSUED, ("2026-06", "2026-03")), (DAYS, ("2026-05",))))
    quarters = tuple(Period(2026, first, first + 2) for first in (1, 4, 7))
    unmeasured = given(PLAN).when(replace(anew, targets=own, appraised=quarters)).then_refused("period-unmeasured", 422)
    assert (unmeasured.expected, unmeasured.found) == (
        "at least one target that is measured in 2026-Q3", "targets measured in 2026-03, 2026-05, 2026-06")  # fmt: skip


def test_what_an_objection_and_its_decision_found_is_said_exactly():
    filing = FileObjection(M1, "2026-Q1", ("permits",), moment("2026-04-30"), "t", "d", (), RULES, JAKARTA)
    deciding = DecideObjection(M1, "2026-Q1", "granted", (Rating.AS, Rating.AS), "n", "t", "d", SUPERIOR, ASSESSOR, RULES)
    late = events.ObjectionRefused(M1, "2026-Q1", "objection-term", UNTIL, UNTIL, "t", "d")
    decided = events.ObjectionDecided(M1, "2026-Q1", "granted", GOOD, GOOD, "n", "t", "d", SUPERIOR)
    by_numbers = read_settings("n@1", NUMBERS, TABLES)
    for past, command, found in [
        (OBJECTED, filing, "one that is open"),
        ((*DELIVERED, late), filing, "one that was refused as too late"),
        ((*OBJECTED, decided), filing, "one that was decided"),
        (DELIVERED, replace(filing, items=()), "no items"),
        (DELIVERED, replace(filing, items=("x", "permits", "y")), "x, y"),
        ((*OBJECTED, decided, events.AppraisalFinalized(M1, "2026-Q1", "quarter", GOOD, "decision", "place@1")), deciding, "a decided one"),
        (DELIVERED, deciding, "none"),
        (OBJECTED, replace(deciding, decided_by=M1), "the employee himself"),
        (OBJECTED, replace(deciding, decided_by=ASSESSOR), "the assessor whose result is contested"),
        (OBJECTED, replace(deciding, outcome="rejected"), "one"),
        (OBJECTED, replace(deciding, outcome="later"), "later"),
        (OBJECTED, replace(deciding, new=(Rating.BELOW, Rating.AS)), "the same"),
        (OBJECTED, replace(deciding, new=None), "none"),
        (OBJECTED, replace(deciding, new="90"), "a number"),
        (OBJECTED, replace(deciding, new=None, rules=by_numbers), "none"),
        (OBJECTED, replace(deciding, rules=by_numbers), "ratings"),
        (OBJECTED, replace(deciding, new="120.5", rules=by_numbers), "120.5"),
    ]:
        refused = given(APPRAISAL, *past).when(command).refused
        assert refused is not None and refused.found == found
    assert given(APPRAISAL, *OBJECTED).when(replace(deciding, new="120", rules=by_numbers)).events[0].after.score == "120"


def test_what_is_scored_is_refused_with_what_it_should_be():
    def told(under=RULES, **said):
        plan = PLAN.decider.state(APPROVED)
        given_ = {"what": "behaviour", "item": "akuntabel", "by": "self", "value": "as"} | said
        command = SubmitScore(M1, "2026-Q1", today=date(2026, 4, 1), plan=plan, rules=under, service=ALWAYS, **given_)
        refused = given(APPRAISAL).when(command).refused
        return refused and (refused.code, refused.expected, refused.found)

    numbers = read_settings("n@1", NUMBERS, TABLES)
    idea = {"under": numbers, "what": "idea", "item": "innovation"}
    assert told() is None and told(what="whole", item="behaviour") is None and told(what="whole", item="result") is None
    assert told(item="x") == ("unknown-item", "one of akuntabel, harmonis, adaptif", "x")
    assert told(what="whole", item="x") == ("unknown-item", "one of result, behaviour", "x")
    assert told(what="target", item="x") == ("unknown-target", "a target of this plan: permits, days", "x")
    assert told(what="mood") == ("score-of-what", "behaviour, target, whole or idea", "mood")
    assert told(value="good") == ("rating-unknown", "above, as or below", "good")
    assert told(document="d") == ("score-document", "a document with an idea only", "behaviour")
    assert told(numbers, value="120") is None and told(numbers, value="120.1")[2] == "120.1"
    assert told(**idea, value="no") is None and told(**idea, value="yes", document="d") is None
    assert told(**idea, value="yes") == ("idea-invalid", "the number of the document that describes the idea", "none")
    assert told(**idea, value="maybe") == ("idea-invalid", "yes or no", "maybe")
    assert told(**(idea | {"under": RULES}), value="no")[2] == "idea"
    assert told(**(idea | {"item": "x"}), value="no") == ("unknown-item", "one of innovation", "x")
    aspects = "scores of the behaviour aspects: akuntabel, harmonis, adaptif"
    for what, item in (("target", "days"), ("whole", "result"), ("whole", "behaviour")):
        told_ = told(what=what, item=item, by="superior")
        assert told_ == ("rated-by-policy", aspects, f"a superior's score of {what} {item}, which rule set place@1 computes")


def test_an_item_that_was_never_opened_does_not_move():
    given(IMPROVEMENT).when(MoveImprovementItem("u", "i", date(2026, 5, 4), Term(5), JAKARTA, date(2026, 5, 4))).then()


def test_a_new_plan_begins_after_the_earlier_ones_first_month_whatever_was_delivered_before_it():
    july = date(2026, 7, 1)
    second = (replace(APPROVED[0], plan_version=2, since=july, cause="transfer"), *(replace(one, plan_version=2) for one in APPROVED[1:]))
    command = ApprovePlan(M1, "2026", (ISSUED, DAYS), "m12", "n", "place@1", date(2026, 8, 1), july, (), True, frozenset({"2026-06"}))
    refused = given(PLAN, *APPROVED, *second).when(command).then_refused("plan-since", 422)
    assert refused.found == "2026-07-01" and refused.remedy.startswith("give 2026-08-01 as since")


# --- what a stream tells ----------------------------------------------------------------------------------------------------------------


def test_a_record_is_what_its_stream_tells_and_a_withdrawn_delivery_leaves_nothing_behind():
    scores = {(one.what, one.item, one.by): one for one in DELIVERED if isinstance(one, events.ScoreSubmitted)}
    state = APPRAISAL.decider.state
    delivered = Record(Stage.DELIVERED, "quarter", scores, None, DELIVERED[-1].judgement, "place@1", UNTIL)
    assert state(DELIVERED) == delivered
    withdrawn = state((*DELIVERED, events.DeliveryWithdrawn(M1, "2026-Q1", "e-1", "t", "d")))
    assert withdrawn == Record(Stage.SCORING, None, scores)
    objected = state(OBJECTED)
    assert objected == replace(delivered, stage=Stage.OBJECTED, objection=OBJECTED[-1])
    later = moment("2026-06-01")
    moved = events.DecisionTermMoved(M1, "2026-Q1", OBJECTED[-1].decision_due, later)
    assert state((*OBJECTED, moved)).objection == replace(OBJECTED[-1], decision_due=later)
    assert state((*DELIVERED, events.ObjectionTermMoved(M1, "2026-Q1", UNTIL, later))) == replace(delivered, objection_until=later)
    decided = events.ObjectionDecided(M1, "2026-Q1", "granted", delivered.judgement, GOOD, "n", "t", "d", "m13")
    assert state((*OBJECTED, events.ObjectionOverdue(M1, "2026-Q1", later), decided)) == replace(
        objected, overdue=True, decided=True, judgement=GOOD)  # fmt: skip
    assert state((events.AppraisalImported(M1, "2025", "baik", "old", "ab", 2),)) == Record(
        Stage.IMPORTED, judgement=events.Judgement(None, None, "baik"))  # fmt: skip
    report = events.AchievementReported(M1, "2026", "t", "d", ())
    assert state((report,)) == Record(Stage.SCORING, report=report) and state((*DELIVERED, report)).stage is Stage.DELIVERED
    assert given(APPRAISAL, *SCORED).aggregate.decider.state(SCORED).stage is Stage.SCORING
    assert (objected.rating("target", "permits"), objected.number("target", "permits")) == (Rating.BELOW, None)
    assert objected.rating("target", "other") is None and not objected.idea
    ideas = [events.ScoreSubmitted(M1, "2026-Q1", "numeric", "idea", "innovation", by, value) for by, value in
             (("superior", "no"), ("self", "yes"), ("superior", "yes"))]  # fmt: skip
    assert [state(ideas[:count]).idea for count in (1, 2, 3)] == [False, False, True]
    number = events.ScoreSubmitted(M1, "2026-Q1", "numeric", "whole", "result", "superior", "1/3")
    assert (state((number,)).number("whole", "result"), state((number,)).rating("whole", "result")) == (Fraction(1, 3), None)
