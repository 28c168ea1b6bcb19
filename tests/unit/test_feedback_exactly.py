"""What feedback's questionnaires, surveys and complaints say, to the word, the bound and the whole event."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from services.feedback.domain import complaints, course, peers, process, rounds, scale, skm, surveys, terms
from services.feedback.domain.course import COMPLAINT, Course
from services.feedback.domain.rounds import OpenPeerRound, PeerRules, Raters, Standing
from services.feedback.domain.scale import Scale
from services.feedback.domain.surveys import AnswerSurvey, PublishSurvey, Survey
from services.feedback.domain.terms import ComplaintTerms
from services.feedback.events import (
    CitizenAsked,
    CitizenReplied,
    ComplaintAnswered,
    ComplaintOverdue,
    ComplaintPassed,
    ComplaintPaused,
    ComplaintReceived,
    ComplaintResolved,
    ComplaintResumed,
    ComplaintTermMoved,
    ComplaintWaitingMoved,
    FeedbackGiven,
    FeedbackSummarised,
    PeerRoundOpened,
    ProcessFeedbackGiven,
    ProcessFeedbackPublished,
    SurveyAnswered,
    SurveyResultPublished,
)
from shared.kernel.calendar import Calendar, Term
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet
from tests.support.deciding import given

EAST = Calendar("Asia/Jayapura")
MONDAY = datetime(2026, 5, 4, 3, tzinfo=UTC)
SCALE = Scale(("clarity", "fairness"), 1, 4, 3, "q@1")
ANSWERS = [{"clarity": 3, "fairness": 4}, {"clarity": 3, "fairness": 1}, {"clarity": 4, "fairness": 2}, {"clarity": 1}]


def decided(aggregate, command, *past):
    return given(aggregate, *past).when(command).events


def refused(aggregate, command, *past) -> tuple:
    told = given(aggregate, *past).when(command).refused
    return (told.code, told.status, told.found)


def wrong(check, settings) -> tuple:
    with pytest.raises(Refused) as told:
        check(settings)
    assert (told.value.code, told.value.status) == ("invalid-rule-set", 422)
    return told.value.expected, told.value.found


# --- questionnaires ---------------------------------------------------------------------------------------------------------------------


def test_a_scale_says_what_is_missing_strange_or_out_of_it():
    for answer, code, expected, found in [
        ({"clarity": 1, "speed": 2, "x": 1}, "feedback-aspects", "the aspects clarity, fairness",
        "fairness missing; speed not asked; x not asked"),
        ({"clarity": 1, "fairness": 5}, "feedback-points", "fairness in whole points from 1 to 4", "5"),
        ({"clarity": 0, "fairness": 4}, "feedback-points", "clarity in whole points from 1 to 4", "0"),
        ({"clarity": 1, "fairness": 1.0}, "feedback-points", "fairness in whole points from 1 to 4", "1.0"),
    ]:  # fmt: skip
        with pytest.raises(Refused) as told:
            SCALE.check(answer)
        assert (told.value.code, told.value.status, told.value.expected, told.value.found) == (code, 422, expected, found)
    SCALE.check({"clarity": 1, "fairness": 4})
    with pytest.raises(Refused) as told:
        SCALE.enough([*ANSWERS[:2], ANSWERS[3]])
    assert (told.value.code, told.value.status, told.value.found) == (
        "too-few-answers",
        409,
        "2",
    ) and "at least 3 answers" in told.value.expected
    assert SCALE.enough(ANSWERS) == ANSWERS[:3]


def test_sums_means_and_spreads_are_of_those_who_answered():
    some = [{"clarity": 3, "fairness": None}, {"clarity": None, "fairness": None}, {"clarity": 4, "fairness": None}]
    assert (SCALE.counts(some), SCALE.sums(some), SCALE.means_hundredths(some)) == ({"clarity": 2}, {"clarity": 7}, {"clarity": 350})
    assert (SCALE.counts(ANSWERS[:3]), SCALE.sums(ANSWERS[:3])) == ({"clarity": 3, "fairness": 3}, {"clarity": 10, "fairness": 7})
    assert SCALE.means_hundredths(ANSWERS[:3]) == {"clarity": 333, "fairness": 233}
    assert SCALE.spreads_hundredths(ANSWERS[:3]) == {"clarity": 100, "fairness": 300}


SETTINGS = {"aspects": ["clarity"], "scale": [1, 4], "least_answers": 3}
PAIR = "scale: [lowest, highest] in whole points, such as [1, 4]"
LEAST = "least_answers: 3 or more (at most 10000), so that no single answer can be read"


@pytest.mark.parametrize(("change", "expected", "found"), [
    ({"scale": [1]}, PAIR, "[1]"), ({"scale": [1, 2, 3]}, PAIR, "[1, 2, 3]"), ({"scale": [1, "4"]}, PAIR, "[1, '4']"), ({"scale": [4,
    4]}, PAIR, "[4, 4]"),
    ({"scale": [-1, 4]}, PAIR, "[-1, 4]"), ({"scale": [0, 101]}, PAIR, "[0, 101]"), ({"scale": None}, PAIR, "None"),
    ({"least_answers": 2}, LEAST, "2"), ({"least_answers": 10_001}, LEAST, "10001"), ({"least_answers": True}, LEAST, "True"),
    ({"aspects": ["Clarity"]}, "aspects: a list of codes, each code once: a code of the form [a-z][a-z0-9_]{0,39}", "['Clarity']"),
])  # fmt: skip
def test_a_questionnaire_that_cannot_be_is_told(change, expected, found):
    assert wrong(scale.check_scale, SETTINGS | change) == (expected, found)
    assert wrong(rounds.check_peers, SETTINGS | change) == (expected, found)


def test_a_questionnaire_is_read_at_its_bounds():
    assert scale.scale_of(SETTINGS, "q@2") == Scale(("clarity",), 1, 4, 3, "q@2")
    assert scale.scale_of(SETTINGS | {"scale": [0, 100], "least_answers": 10_000}, "q@2") == Scale(("clarity",), 0, 100, 10_000, "q@2")
    assert rounds.peer_rules(SETTINGS, "q@3") == PeerRules(Scale(("clarity",), 1, 4, 3, "q@3"), Raters.ANY)
    for raters in Raters:
        assert rounds.peer_rules(SETTINGS | {"raters": str(raters)}, "q@3").raters is raters
    assert wrong(rounds.check_peers, SETTINGS | {"raters": "all"}) == ("raters: one of any, unit, assigned", "'all'")
    missing = {key: value for key, value in SETTINGS.items() if key != "least_answers"}
    assert wrong(scale.check_scale, missing) == ("least_answers: 3 or more, so that no single answer can be read", "none")
    scale.check_scale(SETTINGS)
    rounds.check_peers(SETTINGS)


def test_a_set_that_was_published_before_stays_readable_whatever_stands_in_it():
    old = {"nobody_reads_this": 1}
    assert scale.scale_of(SETTINGS | old, "q@2") == scale.scale_of(SETTINGS, "q@2")
    assert rounds.peer_rules(SETTINGS | old, "q@2") == rounds.peer_rules(SETTINGS, "q@2")
    assert skm.survey_rules(RULES | old, "skm@1") == HALF and terms.terms_of(WAITING | old, "place@1") == PLACE
    for check, settings in ((scale.check_scale, SETTINGS), (rounds.check_peers, SETTINGS), (skm.check_survey, RULES),
    (terms.check_terms, WAITING)):
        assert wrong(check, settings | old)[1] == "nobody_reads_this"


# --- answers of staff and of peers --------------------------------------------------------------------------------------------------------


def test_an_answer_on_the_process_is_kept_whole_once_and_before_publication():
    give = process.GiveProcessFeedback("2026-Q1", "r1", ANSWERS[0], "t1", SCALE, False)
    kept = ProcessFeedbackGiven("2026-Q1", "r1", ANSWERS[0], "t1")
    assert decided(process.PROCESS_ANSWER, give) == [kept] and decided(process.PROCESS_ANSWER, replace(give, published=True),
    kept) == []
    assert refused(process.PROCESS_ANSWER, replace(give, aspects=ANSWERS[1]), kept) == ("already-answered", 409,
    "another answer of yours")
    assert refused(process.PROCESS_ANSWER, replace(give, published=True)) == ("already-published", 409, "one that is, and stays as it is")
    assert refused(process.PROCESS_ANSWER, replace(give, aspects={}))[:2] == ("feedback-aspects", 422)
    publish = process.PublishProcessFeedback("2026-Q1", ANSWERS, SCALE)
    published = ProcessFeedbackPublished(
        "2026-Q1", 3, {"clarity": 333, "fairness": 233}, "q@1", {"clarity": 10, "fairness": 7}, {"clarity": 3, "fairness": 3}
    )
    assert decided(process.PROCESS_SUMMARY, publish) == [published]
    assert refused(process.PROCESS_SUMMARY, publish, published)[0] == "already-published"
    assert (process.PROCESS_ANSWER.stream_of(give), process.PROCESS_SUMMARY.stream_of(publish)) == (
        "feedback-process-answers-2026-Q1-r1", "feedback-process-2026-Q1")  # fmt: skip
    assert process.PROCESS_ANSWER.decider.evolve(None, published) is None and process.PROCESS_SUMMARY.decider.evolve(None, kept) is None


def test_a_peers_answer_is_kept_whole_once_and_from_whom_the_rules_count():
    rules = PeerRules(SCALE, Raters.UNIT)
    give = peers.GivePeerFeedback("m1", "2026-Q1", "r1", Standing(colleague=True), ANSWERS[0], "t1", rules, False)
    kept = FeedbackGiven("m1", "2026-Q1", "r1", ANSWERS[0], "t1")
    assert decided(peers.PEER_ANSWER, give) == [kept] and decided(peers.PEER_ANSWER, replace(give, published=True), kept) == []
    assert refused(peers.PEER_ANSWER, replace(give, aspects=ANSWERS[1]), kept) == ("already-answered", 409, "another answer of yours")
    assert refused(peers.PEER_ANSWER, replace(give, published=True))[0] == "already-published"
    assert refused(peers.PEER_ANSWER, replace(give, aspects={}))[0] == "feedback-aspects"
    for standing, told in [
        (Standing(own=True, colleague=True), ("own-feedback", 403, "feedback on oneself")),
        (Standing(), ("not-a-peer", 403, "somebody of another unit")),
        (Standing(colleague=True, assessor=True), ("not-a-peer", 403, "the assessor")),
    ]:
        assert refused(peers.PEER_ANSWER, replace(give, standing=standing), kept) == told
    asked = replace(give, rules=PeerRules(SCALE, Raters.ASSIGNED))
    assert refused(peers.PEER_ANSWER, asked) == ("not-asked", 403, "somebody else")
    assert decided(peers.PEER_ANSWER, replace(asked, standing=Standing(asked=True, assessor=True))) == [kept]
    assert decided(peers.PEER_ANSWER, replace(give, standing=Standing(assessor=True), rules=PeerRules(SCALE, Raters.ANY))) == [kept]
    summarise = peers.SummarisePeerFeedback("m1", "2026-Q1", ANSWERS, SCALE)
    summary = FeedbackSummarised(
        employee="m1", period="2026-Q1", n=3, means_hundredths={"clarity": 333, "fairness": 233},
        spreads_hundredths={"clarity": 100, "fairness": 300}, rule_set="q@1", sums={"clarity": 10, "fairness": 7},
        counts={"clarity": 3, "fairness": 3},
    )  # fmt: skip
    assert decided(peers.PEER_SUMMARY, summarise) == [summary]
    assert refused(peers.PEER_SUMMARY, summarise, summary)[0] == "already-published"
    assert (peers.PEER_ANSWER.stream_of(give), peers.PEER_ANSWER.subject(give)) == ("feedback-answers-m1-2026-Q1-r1", "m1")
    assert (peers.PEER_SUMMARY.stream_of(summarise), peers.PEER_SUMMARY.subject(summarise)) == ("feedback-summary-m1-2026-Q1", "m1")


def test_a_round_names_its_raters_where_the_rules_ask_for_them():
    command = OpenPeerRound("m1", "2026-Q1", ("m4", "m2", "m3", "m2"), PeerRules(SCALE, Raters.ASSIGNED), False)
    opened = PeerRoundOpened("m1", "2026-Q1", ("m2", "m3", "m4"), "q@1")
    assert decided(rounds.PEER_ROUND, command) == [opened] and decided(rounds.PEER_ROUND, command, opened) == []
    assert decided(rounds.PEER_ROUND, replace(command, raters=("m5", "m2", "m3")), opened) == [replace(opened, raters=("m2", "m3", "m5"))]
    assert refused(rounds.PEER_ROUND, replace(command, published=True))[0] == "already-published"
    assert refused(rounds.PEER_ROUND, replace(command, raters=("m2", "m3", "m2"))) == ("peer-raters", 422, "2 for m1")
    assert refused(rounds.PEER_ROUND, replace(command, raters=("m1", "m2", "m3"))) == ("peer-raters", 422, "m1 about himself or herself")
    free = replace(command, rules=PeerRules(SCALE, Raters.UNIT))
    assert refused(rounds.PEER_ROUND, free) == ("peer-raters", 422, "3 for m1")
    assert decided(rounds.PEER_ROUND, replace(free, raters=())) == [replace(opened, raters=())]
    assert rounds.PEER_ROUND.stream_of(command) == "feedback-round-m1-2026-Q1"


# --- surveys ----------------------------------------------------------------------------------------------------------------------------

CLASSES = [{"mutu": "A", "from": "88.31"}, {"mutu": "B", "from": "76.61"}, {"mutu": "D", "from": "25.00"}]
RULES = {"elements": ["U1", "U2"], "weight": "1/2", "scale": [1, 4], "conversion": 25, "least_answers": 3, "classes": CLASSES}
HALF = skm.survey_rules(RULES, "skm@1")
SURVEY = Survey("dukcapil", "akta", "2026-Q1")


def test_survey_rules_are_read_and_computed_with():
    bounds = (("A", Fraction("88.31")), ("B", Fraction("76.61")), ("D", Fraction(25)))
    assert HALF == skm.SurveyRules(Scale(("U1", "U2"), 1, 4, 3, "skm@1"), Fraction(1, 2), 25, bounds)
    assert [HALF.mutu(Fraction(text)) for text in ("100", "88.31", "88.3", "76.61", "76.6", "25", "24")] == [
        "A",
        "A",
        "B",
        "B",
        "D",
        "D",
        "D",
    ]
    some = [{"U1": 4, "U2": None}, {"U1": 3, "U2": None}, {"U1": 3, "U2": None}]
    assert HALF.converted(some) == Fraction(250, 3) and HALF.index(some) == Fraction("83.33")
    assert HALF.converted([{"U1": 4, "U2": 1}]) == Fraction(125, 2)
    assert [skm.two_decimals(Fraction(text)) for text in ("82.6", "82.605", "7.004", "0.05", "100")] == [
        "82.60",
        "82.61",
        "7.00",
        "0.05",
        "100.00",
    ]


WEIGHT = 'weight: exact text above zero, such as "1/9"'
BOUND = 'classes[0].from: text with two decimals, such as "88.31"'
ORDER = "classes: from the best (A) down, each once, each bound lower than the one before"


@pytest.mark.parametrize(("change", "expected", "found"), [
    ({"weight": "0"}, WEIGHT, "'0'"), ({"weight": 1}, WEIGHT, "1"), ({"weight": "1/0"}, WEIGHT, "'1/0'"), ({"weight": "-1"}, WEIGHT,
    "'-1'"),
    ({"weight": "0.501"}, "weight: with scale and conversion an index of at most 100", "'full marks give 501/5'"),
    ({"conversion": 101}, "conversion: a whole number from 1 to 100", "101"), ({"conversion": 0},
    "conversion: a whole number from 1 to 100", "0"),
    ({"elements": ["U0"]}, "elements: a list of codes, each code once: a code of the form U[1-9][0-9]?", "['U0']"),
    ({"classes": []}, ORDER, "[]"),
    ({"classes": CLASSES[::-1]}, ORDER, "['D from 25.00', 'B from 76.61', 'A from 88.31']"),
    ({"classes": [CLASSES[0], {"mutu": "B", "from": "88.31"}]}, ORDER, "['A from 88.31', 'B from 88.31']"),
    ({"classes": [CLASSES[0], {"mutu": "A", "from": "80.00"}]}, ORDER, "['A from 88.31', 'A from 80.00']"),
    ({"classes": [{"mutu": "E", "from": "80.00"}]}, "classes[0].mutu: one of A, B, C, D", "'E'"),
    ({"classes": [{"mutu": "A", "from": "80.0"}]}, BOUND, "'80.0'"), ({"classes": [{"mutu": "A", "from": 80}]}, BOUND, "80"),
    ({"classes": [{"mutu": "A"}]}, BOUND, "none"), ({"classes": 1}, "classes: a list of {mutu, from}", "1"),
])  # fmt: skip
def test_survey_rules_that_cannot_be_computed_with_are_told(change, expected, found):
    assert wrong(skm.check_survey, RULES | change) == (expected, found)
    skm.check_survey(RULES | {"conversion": 1, "weight": "0.5", "classes": [{"mutu": "D", "from": "0.00"}]})


def test_an_answer_of_a_citizen_is_kept_whole_and_a_result_published_once():
    command = AnswerSurvey(SURVEY, "c1", {"U1": 3}, HALF, False, (), ("U2",))
    said = SurveyAnswered("dukcapil", "akta", "2026-Q1", "c1", {"U1": 3}, (), ("U2",))
    assert (
        decided(surveys.SURVEY_ANSWER, command) == [said] and decided(surveys.SURVEY_ANSWER, replace(command, published=True), said) == []
    )
    assert decided(surveys.SURVEY_ANSWER, replace(command, not_applicable=("U2",), unanswered=())) == [
        replace(said, not_applicable=("U2",), unanswered=())]  # fmt: skip
    told = refused(surveys.SURVEY_ANSWER, replace(command, elements={"U1": 4}), said)
    assert told == ("already-answered", 409, "another answer of this case, for 2026-Q1")
    assert refused(surveys.SURVEY_ANSWER, replace(command, published=True))[0] == "already-published"
    for change, found in [
        ({"elements": {"U1": 3, "U2": 1}}, "U2 more than once"),
        ({"not_applicable": ("U1", "U2")}, "U1, U2 more than once"),
        ({"elements": {}, "unanswered": ("U1", "U2")}, "none"),
        ({"unanswered": ()}, "U2 missing"),
        ({"unanswered": ("U2", "U9", "U8")}, "U8, U9 not asked"),
    ]:
        assert refused(surveys.SURVEY_ANSWER, replace(command, **change)) == ("feedback-aspects", 422, found)
    assert surveys.points_of(replace(said, not_applicable=("U3",))) == {"U3": None, "U2": None, "U1": 3}
    publish = PublishSurvey(SURVEY, [{"U1": 4, "U2": None}, {"U1": 3, "U2": None}, {"U1": 3, "U2": None}], HALF)
    result = SurveyResultPublished(
        unit="dukcapil", service="akta", period="2026-Q1", n=3, index="83.33", mutu="B", elements_hundredths={"U1": 333},
        rule_set="skm@1",
        sums={"U1": 10}, counts={"U1": 3}, converted="250/3",
    )  # fmt: skip
    assert decided(surveys.SURVEY_RESULT, publish) == [result]
    assert refused(surveys.SURVEY_RESULT, publish, result)[0] == "already-published"
    assert (surveys.SURVEY_ANSWER.stream_of(command), surveys.SURVEY_ANSWER.subject(command)) == (
        "feedback-case-dukcapil.akta.c1", "dukcapil.akta.2026-Q1")  # fmt: skip
    assert (surveys.SURVEY_RESULT.stream_of(publish), surveys.SURVEY_RESULT.subject(publish)) == (
        "feedback-survey-dukcapil.akta.2026-Q1", "dukcapil")  # fmt: skip


# --- complaints -------------------------------------------------------------------------------------------------------------------------

TERMS = {"kinds": {"light": {"days": 2, "kind": "working"}, "plain": {"days": 5, "kind": "calendar"}}}
WAITING = TERMS | {"waiting": {"days": 3, "kind": "calendar"}}
PLACE = terms.terms_of(WAITING, "place@1")
ANEW = terms.terms_of(WAITING | {"passed_clock": "anew"}, "place@1")


def test_terms_are_read_named_and_refused():
    kinds = {"light": Term(2, "working"), "plain": Term(5, "calendar")}
    assert terms.terms_of(TERMS, "t@1") == ComplaintTerms(kinds, "t@1", None, "goes-on")
    assert ANEW == ComplaintTerms(kinds, "place@1", Term(3, "calendar"), "anew")
    sets = [RuleSet("complaints", "t", number, date(2026, 1, 1), (), settings) for number, settings in ((1, TERMS), (2, WAITING))]
    assert terms.terms_named(sets, "t@2") == terms.terms_of(WAITING, "t@2") and terms.terms_named(sets, "t@1").waiting is None
    with pytest.raises(Refused) as told:
        PLACE.of("heavy")
    assert (told.value.code, told.value.status, told.value.expected, told.value.found) == (
        "complaint-kind", 422, "one of the kinds light, plain", "heavy")  # fmt: skip
    for change, expected, found in [
        ({"kinds": {"Light": TERMS["kinds"]["light"]}}, "kinds: codes of small letters, digits and hyphens", "'Light'"),
        ({"kinds": {}}, "kinds: an object with a term for each kind of complaint", "{}"),
        ({"passed_clock": "stops"}, "passed_clock: one of goes-on, anew", "'stops'"),
        ({"waiting": {"days": 0, "kind": "calendar"}}, "waiting.days: a whole number from 1 to 365", "0"),
    ]:
        assert wrong(terms.check_terms, TERMS | change) == (expected, found)
    terms.check_terms(WAITING)


FILE = complaints.ReceiveComplaint("k-1", "dukcapil", "plain", "t1", "t2", False, True, "digest", MONDAY, PLACE, EAST)
LAST = date(2026, 5, 9)
RECEIVED = ComplaintReceived(
    complaint="k-1", unit="dukcapil", kind="plain", body_text="t1", contact_text="t2", anonymous=False, confidential=True,
    receipt_digest="digest", received_on=date(2026, 5, 4), last_day=LAST, due=EAST.end_of(LAST).astimezone(UTC), rule_set="place@1",
)  # fmt: skip
ABOUT = ("dukcapil", "k-1", "plain")


def test_what_a_citizen_says_is_kept_whole():
    intake = complaints.INTAKE
    assert decided(intake, FILE) == [RECEIVED] and RECEIVED.due == datetime(2026, 5, 9, 15, tzinfo=UTC)
    assert refused(intake, FILE, RECEIVED) == ("complaint-exists", 409, "one that was taken in before")
    assert refused(intake, replace(FILE, anonymous=True)) == ("anonymous-with-contact", 422, "a contact")
    assert decided(intake, replace(FILE, anonymous=True, contact_text=None)) == [replace(RECEIVED, anonymous=True, contact_text=None)]
    asked, replied, answered = CitizenAsked("k-1", "u", "t3"), CitizenReplied("k-1", "u", "t4"), ComplaintAnswered("k-1", "u", "t5")
    assert decided(intake, complaints.AskCitizen("k-1", "u", "t3"), RECEIVED) == [asked]
    assert decided(intake, complaints.KeepReply("k-1", "u", "t4"), RECEIVED) == [replied]
    assert decided(intake, complaints.AnswerComplaint("k-1", "u", "t5"), RECEIVED) == [answered]
    assert decided(intake, complaints.AnswerComplaint("k-1", "u", "t6"), RECEIVED, answered) == []
    state = intake.decider.state
    assert state((RECEIVED, asked, replied, answered)) == complaints.Intake(RECEIVED, asked, replied, answered)
    assert state((RECEIVED, RESOLVED)) == complaints.Intake(RECEIVED), "what is no part of it changes nothing"
    again = CitizenAsked("k-1", "u", "t7")
    assert state((RECEIVED, asked, replied, again)) == complaints.Intake(RECEIVED, again, None, None)
    assert (intake.stream_of(FILE), intake.subject(FILE)) == ("feedback-intake-k-1", "dukcapil")


def at(day, hour=3):
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def moment(day: date) -> datetime:
    return EAST.end_of(day).astimezone(UTC)


def passing(unit="health", when=None, under=PLACE):
    return course.PassComplaint(RECEIVED, unit, when or at(6), "t", "d", under, EAST)


def pausing(when=None, under=PLACE):
    return course.PauseComplaint(RECEIVED, when or at(6), under, EAST)


PAUSED = ComplaintPaused(*ABOUT, date(2026, 5, 6), 3, date(2026, 5, 9), moment(date(2026, 5, 9)))
RESOLVED = ComplaintResolved(*ABOUT, True, True, date(2026, 5, 9))


def resuming(how="answered", on=date(2026, 5, 8), until=None):
    return course.ResumeComplaint(RECEIVED, how, on, PLACE, EAST, until)


def test_a_complaint_is_overdue_once_at_its_moment_and_resolved_in_time_or_late():
    overdue = ComplaintOverdue(*ABOUT, RECEIVED.due)
    report = course.ReportOverdue(RECEIVED, RECEIVED.due)
    assert decided(COMPLAINT, report) == [overdue]
    assert decided(COMPLAINT, report, overdue) == decided(COMPLAINT, report, RESOLVED) == decided(COMPLAINT, report, PAUSED) == []
    assert decided(COMPLAINT, replace(report, due=moment(date(2026, 5, 8)))) == []
    resolve = course.ResolveComplaint(RECEIVED, True, LAST)
    assert decided(COMPLAINT, resolve) == [RESOLVED] and decided(COMPLAINT, resolve, RESOLVED) == []
    late = date(2026, 5, 10)
    assert decided(COMPLAINT, replace(resolve, founded=False, resolved_on=late)) == [ComplaintResolved(*ABOUT, False, False, late)]
    assert decided(COMPLAINT, replace(resolve, resolved_on=late), PAUSED) == [ComplaintResolved(*ABOUT, True, True, late)]
    assert refused(COMPLAINT, replace(resolve, founded=False), RESOLVED) == ("already-resolved", 409, "resolved on 2026-05-09 as founded")
    unfounded = replace(RESOLVED, founded=False)
    assert refused(COMPLAINT, passing(), unfounded)[2] == "resolved on 2026-05-09 as unfounded"
    assert refused(COMPLAINT, pausing(), RESOLVED)[0] == refused(COMPLAINT, resuming(), RESOLVED)[0] == "already-resolved"


def test_a_complaint_is_passed_with_its_term_or_a_new_one():
    passed = ComplaintPassed(
        unit="health", complaint="k-1", kind="plain", from_unit="dukcapil", passed_on=date(2026, 5, 6), clock="goes-on", last_day=LAST,
        due=RECEIVED.due, reason_text="t", reason_digest="d", days_left=None,
    )  # fmt: skip
    assert decided(COMPLAINT, passing()) == [passed] and decided(COMPLAINT, passing("dukcapil")) == [] == decided(
        COMPLAINT, passing(), passed
    )
    anew = replace(passed, clock="anew", last_day=date(2026, 5, 11), due=moment(date(2026, 5, 11)))
    assert decided(COMPLAINT, passing(under=ANEW)) == [anew]
    waiting = replace(passed, last_day=None, due=None)
    assert decided(COMPLAINT, passing(), PAUSED) == [waiting]
    assert decided(COMPLAINT, passing(under=ANEW), PAUSED) == [replace(waiting, clock="anew", days_left=5)]
    state = COMPLAINT.decider.state
    assert state((passed,)) == Course("health", LAST, RECEIVED.due, passed=(passed,))
    assert state((anew,)) == Course("health", date(2026, 5, 11), anew.due, passed=(anew,), began=date(2026, 5, 6))
    assert state((PAUSED, waiting)) == Course("health", paused=PAUSED, days_left=3, passed=(waiting,))
    assert state((PAUSED, replace(waiting, days_left=5))).days_left == 5
    assert decided(COMPLAINT, passing("third"), passed)[0].from_unit == "health"


def test_the_clock_stands_still_while_the_citizen_is_asked_and_goes_on_with_what_was_left():
    assert decided(COMPLAINT, pausing()) == [PAUSED]
    assert decided(COMPLAINT, pausing(at(9)))[0] == ComplaintPaused(*ABOUT, LAST, 0, date(2026, 5, 12), moment(date(2026, 5, 12)))
    assert refused(COMPLAINT, pausing(at(10))) == ("term-over", 409, "2026-05-10")
    assert refused(COMPLAINT, pausing(), PAUSED) == ("complaint-waiting", 409, "waiting for the citizen until 2026-05-09")
    assert refused(COMPLAINT, pausing(under=terms.terms_of(TERMS, "t@1"))) == ("no-waiting", 409, "t@1")
    resumed = ComplaintResumed(*ABOUT, date(2026, 5, 8), "answered", date(2026, 5, 11), moment(date(2026, 5, 11)))
    assert decided(COMPLAINT, resuming(), PAUSED) == [resumed]
    late = decided(COMPLAINT, resuming(on=date(2026, 5, 20)), PAUSED)
    assert late == [ComplaintResumed(*ABOUT, LAST, "answered", date(2026, 5, 12), moment(date(2026, 5, 12)))]
    expired = resuming("expired", LAST, PAUSED.until_moment)
    assert decided(COMPLAINT, expired, PAUSED) == [replace(late[0], how="expired")]
    assert (
        decided(COMPLAINT, expired) == decided(COMPLAINT, expired, PAUSED, RESOLVED) == decided(COMPLAINT, expired, PAUSED, resumed) == []
    )
    assert decided(COMPLAINT, replace(expired, until=moment(date(2026, 5, 8))), PAUSED) == []
    assert refused(COMPLAINT, resuming()) == ("complaint-not-waiting", 409, "no open question")
    state = COMPLAINT.decider.state((PAUSED, resumed))
    assert state == Course(None, date(2026, 5, 11), resumed.due, None, 3, began=date(2026, 5, 8), days=3)
    off = Calendar("Asia/Jayapura", frozenset({date(2026, 5, 5)}))
    light = replace(RECEIVED, kind="light", last_day=date(2026, 5, 7))
    working = course.PauseComplaint(light, at(4), PLACE, off)
    assert decided(COMPLAINT, working)[0].days_left == 2, "the sixth and the seventh"


def test_a_term_moves_with_the_calendar_while_it_runs():
    off = Calendar("Asia/Jayapura", frozenset({date(2026, 5, 6)}))
    light = replace(RECEIVED, kind="light", last_day=date(2026, 5, 6), due=moment(date(2026, 5, 6)))
    move = course.MoveTerm(light, PLACE, off, date(2026, 5, 5))
    moved = ComplaintTermMoved("dukcapil", "k-1", "light", date(2026, 5, 6), date(2026, 5, 7), moment(date(2026, 5, 7)))
    assert decided(COMPLAINT, move) == [moved] and decided(COMPLAINT, move, moved) == []
    assert decided(COMPLAINT, replace(move, calendar=EAST)) == []
    assert decided(COMPLAINT, move, RESOLVED) == decided(COMPLAINT, move, ComplaintOverdue("u", "k-1", "light", light.due)) == []
    assert COMPLAINT.decider.state((moved,)) == Course(None, date(2026, 5, 7), moved.due)
    working = terms.terms_of(WAITING | {"waiting": {"days": 2, "kind": "working"}}, "p@1")
    paused = ComplaintPaused("dukcapil", "k-1", "light", date(2026, 5, 5), 1, date(2026, 5, 7), moment(date(2026, 5, 7)))
    waits = ComplaintWaitingMoved("dukcapil", "k-1", "light", date(2026, 5, 7), date(2026, 5, 8), moment(date(2026, 5, 8)))
    assert decided(COMPLAINT, replace(move, terms=working), paused) == [waits]
    assert decided(COMPLAINT, replace(move, terms=terms.terms_of(TERMS, "p@1")), paused) == []
    assert COMPLAINT.decider.state((paused, waits)).paused == replace(paused, until=date(2026, 5, 8), until_moment=waits.until_moment)
    resumed = ComplaintResumed("dukcapil", "k-1", "light", date(2026, 5, 5), "answered", date(2026, 5, 6), moment(date(2026, 5, 6)))
    assert decided(COMPLAINT, move, paused, resumed) == [replace(moved, last_day=date(2026, 5, 7))]


def test_every_moment_is_kept_in_utc_wherever_the_machine_is():
    off = Calendar("Asia/Jayapura", frozenset({date(2026, 5, 6)}))
    light = replace(RECEIVED, kind="light", last_day=date(2026, 5, 6))
    kept = [
        decided(complaints.INTAKE, FILE)[0].due,
        decided(COMPLAINT, passing(under=ANEW))[0].due,
        decided(COMPLAINT, pausing())[0].until_moment,
        decided(COMPLAINT, resuming(), PAUSED)[0].due,
        decided(COMPLAINT, course.MoveTerm(light, PLACE, off, date(2026, 5, 5)))[0].due,
    ]
    assert all(one.tzinfo is UTC for one in kept)


def test_how_a_complaint_stands_at_a_moment():
    before, due = RECEIVED.due - timedelta(seconds=1), RECEIVED.due
    assert [Course().status_at(RECEIVED, now) for now in (before, due)] == ["open", "overdue"]
    assert (
        Course(paused=PAUSED).status_at(RECEIVED, due) == "waiting"
        and Course(resolved=RESOLVED, paused=PAUSED).status_at(RECEIVED, due) == "resolved"
    )
    later = due + timedelta(days=1)
    assert Course(due=later).status_at(RECEIVED, due) == "open" and Course(due=later).due_of(RECEIVED) == later
    assert (Course().unit_of(RECEIVED), Course("u").unit_of(RECEIVED), Course().last_day_of(RECEIVED),
    Course(last_day=LAST).last_day_of(RECEIVED),
            Course(paused=PAUSED).last_day_of(RECEIVED), Course(paused=PAUSED).due_of(RECEIVED)) == ("dukcapil", "u", LAST, LAST, None,
            None)  # fmt: skip
    with pytest.raises(TypeError, match="expected a command on a complaint, found 7"):
        course.decide(Course(), 7)
    assert (COMPLAINT.stream_of(passing()), COMPLAINT.subject(passing())) == ("feedback-complaint-k-1", "dukcapil")
