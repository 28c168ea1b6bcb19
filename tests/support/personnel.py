"""People as personnel knows them, in memory: who they are, what appraisal and feedback said of them, and what is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from services.personnel.domain.attendance import ATTENDANCE, YEAR_ABSENCE, RecordAttendance, RecordYearAbsence
from services.personnel.domain.employee import EMPLOYEE, AssignPosition, HoldRank, RecordEducation, RegisterEmployee
from services.personnel.domain.proposals import PROPOSAL, Decide
from services.personnel.domain.sanction import SANCTION, Impose
from services.personnel.domain.talent import POTENTIAL, AssessPotential
from services.personnel.domain.unit import UNIT, OpenUnit
from services.personnel.events import SanctionTerms
from services.personnel.heard import (
    AppraisalCorrected,
    AppraisalFinalized,
    AppraisalImported,
    FeedbackSummarised,
    Judgement,
    ScoreSubmitted,
    SurveyResultPublished,
    TargetSet,
)
from services.personnel.service import SERVICE
from services.personnel.views import PROPOSALS
from shared.events.rule_set import RuleSetPublished
from shared.kernel.employment import Employment, Spell
from shared.kernel.facts import Fact
from tests.support.knowledge import MemoryKnowledge, heard

JANUARY = datetime(2026, 1, 5, 3, tzinfo=UTC)
HIRED = date(2012, 3, 1)


@dataclass
class Office:
    """One agency. Every method lets the facts arrive and everything settle."""

    knowledge: MemoryKnowledge = field(default_factory=lambda: MemoryKnowledge(SERVICE, now=JANUARY))
    versions: dict[str, int] = field(default_factory=dict)

    def at(self, year: int, month: int, day: int) -> Office:
        self.knowledge.now = datetime(year, month, day, 3, tzinfo=UTC)
        return self

    def rules(self, kind: str, settings: dict[str, Any], since: date = date(2020, 1, 1)) -> None:
        SERVICE.check_rules[kind](settings)
        version = self._next(f"rules-{kind}")
        event = RuleSetPublished(kind, f"kota-{kind}", version, since, ("Perwal 12/2025",), settings)
        self.arrive(self.knowledge.own(event, f"rules-{kind}", f"personnel-rules-{kind}", version))

    def person(
        self, employee: str, *, kind: str = "PNS", rank: str = "III/b", rank_since: date = date(2021, 10, 1), job_class: int = 8,
        unit: str = "dinkes", since: date = HIRED, education: str | None = None,
    ) -> None:  # fmt: skip
        do = self.knowledge.execute
        do(UNIT, OpenUnit(unit, None, "dinas", date(2010, 1, 1)))
        do(EMPLOYEE, RegisterEmployee(employee, kind, since))
        do(EMPLOYEE, HoldRank(employee, rank, max(rank_since, since), since))
        do(EMPLOYEE, AssignPosition(employee, f"post-{employee}", job_class, "functional", unit, False, since, "821/1"))
        if education:
            do(EMPLOYEE, RecordEducation(employee, education))
        self.knowledge.settle()

    def imported(self, employee: str, period: str, predicate: str) -> Fact:
        return self._appraised(employee, period, AppraisalImported(employee, period, predicate))

    def final(self, employee: str, period: str, predicate: str, score: str | None = None) -> Fact:
        return self._appraised(employee, period, AppraisalFinalized(employee, period, Judgement(predicate, score)))

    def corrected(self, employee: str, period: str, predicate: str) -> Fact:
        return self._appraised(employee, period, AppraisalCorrected(employee, period, Judgement(predicate)))

    def target(self, employee: str, target: str, indicator: str) -> Fact:
        return self._heard("appraisal", TargetSet(employee, "2026", target, indicator), employee, f"appraisal-plan-{employee}-2026")

    def score(
        self, employee: str, period: str, what: str, item: str, value: str, percent: str | None = None, scheme: str = "rating"
    ) -> Fact:
        return self._appraised(employee, period, ScoreSubmitted(employee, period, scheme, what, item, "superior", value, percent))

    def peers(self, employee: str, period: str, **means: int) -> Fact:
        event = FeedbackSummarised(employee, period, 4, means)
        return self._heard("feedback", event, employee, f"feedback-summary-{employee}-{period}")

    def survey(self, unit: str, period: str, index: str, service: str = "imunisasi") -> Fact:
        event = SurveyResultPublished(unit, service, period, 40, index, "B")
        return self._heard("feedback", event, unit, f"feedback-survey-{unit}.{service}.{period}")

    def attendance(self, employee: str, month: str, days: int = 0, minutes: int = 0, row: int | None = None) -> None:
        always = Employment((Spell(date(2000, 1, 1)),))
        command = RecordAttendance(employee, month, minutes, 0, days, 0, 0, date(2030, 1, 1), days_in_row=row, service=always)
        self.do(ATTENDANCE, command)

    def year_absence(self, employee: str, year: str, days: int) -> None:
        self.do(YEAR_ABSENCE, RecordYearAbsence(employee, year, days, "0" * 64, 2, date(2026, 1, 5)))

    def potential(self, employee: str, value: str, on: date = date(2025, 11, 10)) -> None:
        self.do(POTENTIAL, AssessPotential(employee, value, "assessment-center", on, date(2030, 1, 1)))

    def sanction(self, employee: str, level: str, since: date, until: date | None, effect: str = "allowance_cut") -> None:
        terms = SanctionTerms("cut", level, effect, 25, 6, "PP 94/2021 Pasal 11")
        self.do(SANCTION, Impose(employee, f"cut-{since.year}", terms, since, until, "860/1"))

    def decide(self, employee: str, proposal: str, outcome: str = "approved") -> None:
        self.do(PROPOSAL, Decide(employee, proposal, outcome, "800/1", "boss"))

    def do(self, aggregate: Any, command: Any) -> None:
        self.knowledge.execute(aggregate, command)
        self.knowledge.settle()

    def open(self) -> set[str]:
        """``<employee>/<proposal>`` of every proposal that awaits a decision."""
        return {row["key"] for row in self.knowledge.rows(PROPOSALS, status="proposed")}

    def proposal(self, key: str) -> Any:
        return self.knowledge.row(PROPOSALS, key)

    def arrive(self, fact: Fact) -> Fact:
        self.knowledge.arrive(fact)
        self.knowledge.settle()
        return fact

    def _appraised(self, employee: str, period: str, event: Any) -> Fact:
        return self._heard("appraisal", event, employee, f"appraisal-{employee}-{period}")

    def _heard(self, service: str, event: Any, subject: str, stream: str) -> Fact:
        return self.arrive(heard(service, event, subject, stream, self._next(stream), self.knowledge.now))

    def _next(self, stream: str) -> int:
        self.versions[stream] = self.versions.get(stream, 0) + 1
        return self.versions[stream]
