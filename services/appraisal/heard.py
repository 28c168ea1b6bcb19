"""What appraisal hears of others: who there is, where and under whom, what colleagues and citizens said in sum, who was trained."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from shared.events.calendar import CALENDAR_EVENTS
from shared.events.registry import Heard
from shared.kernel.means import exact_means
from shared.kernel.money import exact

HEARD = Heard()
for _model in CALENDAR_EVENTS:
    HEARD.hears("personnel")(_model)


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitOpened:
    unit: str
    parent: str | None
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitMoved:
    unit: str
    parent: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class UnitMoveWithdrawn:
    """The move from `since` on never was; a move after this one stands."""

    unit: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmployeeRegistered:
    employee: str
    kind: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEnded:
    """`since`: the first day outside service."""

    employee: str
    kind: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class EmploymentEndRevoked:
    """Service went on from `since`, the first day outside it by the end that is undone."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class RegistrationWithdrawn:
    """The person was registered by mistake; `since`: the first day of the service that never was."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceInterrupted:
    """In service and not at work from `since` to the last day `until`; None: open."""

    employee: str
    kind: str
    since: date
    until: date | None


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ServiceResumed:
    """`since`: the first day back."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionWithdrawn:
    """The post entered as beginning on `since` was never held; an entry after this one stands."""

    employee: str
    since: date
    acting: bool


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineWithdrawn:
    """The line entered as beginning on `since` never held; an entry after this one stands."""

    employee: str
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class PositionAssigned:
    """Another definitive post within the year is followed by another plan."""

    employee: str
    post: str
    unit: str
    acting: bool
    since: date


@HEARD.hears("personnel")
@dataclass(frozen=True)
class ReportingLineSet:
    """`assessor` delivers, `superior` decides on objections; None where nobody stands above the assessor."""

    employee: str
    assessor: str
    superior: str | None
    since: date


@HEARD.hears("feedback")
@dataclass(frozen=True)
class FeedbackSummarised:
    """Shown to the assessor beside his own scores; it counts only where the rule set gives colleagues a weight (PP 30/2019 art. 41).

    What counts are `sums` over `counts`; the rounded means are for reading.
    """

    employee: str
    period: str
    n: int
    means_hundredths: dict[str, int]
    sums: dict[str, int] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def means(self) -> dict[str, Fraction]:
        """Each aspect's mean in points, exact where the event says sums."""
        return exact_means(self.sums, self.counts, self.means_hundredths)


@HEARD.hears("feedback")
@dataclass(frozen=True)
class ComplaintResolved:
    """A founded one opens an improvement item of `unit`, which dealt with it in the end; the subject is the unit that was named first."""

    unit: str
    complaint: str
    founded: bool
    resolved_on: date


@HEARD.hears("feedback")
@dataclass(frozen=True)
class SurveyResultPublished:
    """Compared with the one before it, never a weight in anybody's appraisal (SKM, PermenPANRB 14/2017).

    `index` is rounded to two decimals; `converted` is the same unrounded, None of an older event.
    """

    unit: str
    service: str
    period: str
    n: int
    index: str
    converted: str | None = None

    @property
    def exact_index(self) -> Fraction:
        return exact(self.converted if self.converted is not None else self.index)


@HEARD.hears("personnel")
@dataclass(frozen=True)
class TrainingCompleted:
    """Shown in the appraisal of the period that it was completed in."""

    employee: str
    programme: str
    result: str
    completed_on: date
    score_hundredths: int | None = None


LIFE = (EmployeeRegistered, EmploymentEnded, EmploymentEndRevoked, ServiceInterrupted, ServiceResumed, RegistrationWithdrawn)
"""What a person's service is folded from (:class:`shared.kernel.employment.Employment`)."""

STANDING = (*LIFE, PositionAssigned, PositionWithdrawn, ReportingLineSet, ReportingLineWithdrawn)
"""What says how a person stands on a day: service, posts and reporting lines."""
