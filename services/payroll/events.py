"""What payroll publishes: what the rules give for a person and month, its adjustments, and the runs in which money moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.events.classes import EventClass
from shared.events.registry import Catalogue
from shared.events.rule_set import RuleSetPublished as RuleSetPublished  # also from here, beside payroll's own
from shared.events.rule_set import declare

EVENTS = Catalogue("payroll")
declare(EVENTS)

# Stream of AllowanceCalculated, -Held, -Posted, -Adjusted and -Confirmed: ``payroll-<employee>-<month>``; subject: the employee.


@dataclass(frozen=True)
class Line:
    """One line: `base` × share × `percent`, in whole rupiah. `base` and `amount` in rupiah; share and percent exact text, in percent.

    A sanction's cut has a negative percent and amount, and the sum of the components' lines as its base. Extras and bonuses come after it.
    A line for a part of the month also says which: `days` of the `of_days` that the month counts, from `since` to `until` (both inside),
    and the `job_class` whose basic amount `base` is.
    """

    name: str
    rule: str
    base: int
    share_percent: str
    percent: str
    amount: int
    job_class: int | None = None
    since: date | None = None
    until: date | None = None
    days: int | None = None
    of_days: int | None = None


@dataclass(frozen=True)
class Missing:
    """What a month waits for: `code` says what, `about` of which day, month, period, job class, predicate or sanction (None: of all)."""

    code: str
    about: str | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AllowanceCalculated:
    """What the rules give while the month is open; a later one replaces it. `total` in rupiah; `inputs` are event ids.

    `counts_until`: the month's last day, where the amount rests on what counts only while the month runs, by a rule of the place:
    attendance of a part of it, or a predicate of an earlier period. What is not paid by then waits for the month's own facts.
    """

    employee: str
    month: str
    rule_set: str
    job_class: int
    predicate_period: str
    predicate: str
    discipline_points: str
    lines: tuple[Line, ...]
    total: int
    inputs: tuple[str, ...]
    counts_until: date | None = None


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AllowanceAdjusted:
    """The month was posted, and what is known now gives another amount. All in rupiah; `cause` is the event id that changed it."""

    employee: str
    month: str
    rule_set: str
    job_class: int
    predicate_period: str
    predicate: str
    discipline_points: str
    lines: tuple[Line, ...]
    from_total: int
    to_total: int
    difference: int
    cause: str
    cause_type: str
    run: str
    inputs: tuple[str, ...]


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AllowanceConfirmed:
    """The month was posted, and what is known now gives the same amount on other grounds, such as the predicate of another period.

    A later one, or an AllowanceAdjusted, replaces it. `total` in rupiah; `cause` is the event id that changed the grounds.
    """

    employee: str
    month: str
    rule_set: str
    job_class: int
    predicate_period: str
    predicate: str
    discipline_points: str
    lines: tuple[Line, ...]
    total: int
    cause: str
    cause_type: str
    inputs: tuple[str, ...]


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AllowanceHeld:
    """The month is not posted and cannot be calculated: it waits for `missing`, or for nothing any more. A later one replaces it.

    `run`: the run that left the person out for that, an exception of it until the month can be calculated; None: the month was calculated
    before any run came by, and what is known now does not give an amount any more.
    """

    employee: str
    month: str
    missing: tuple[Missing, ...]
    run: str | None = None


@dataclass(frozen=True)
class PaidAdjustment:
    """`month`: the month concerned; `amount` in rupiah, of either sign; `event`: the AllowanceAdjusted that it pays."""

    month: str
    amount: int
    event: str
    cause: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AllowancePosted:
    """What a run pays this person for `month`: `posted` for the month itself, adjustments of earlier months beside it."""

    employee: str
    month: str
    run: str
    posted: int
    adjustments: tuple[PaidAdjustment, ...]
    paid: int


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class AdjustmentsPosted:
    """What a run pays of earlier months' adjustments to a person of whom it can pay no month: what is owed does not wait for that.

    Stream ``payroll-adjustments-<employee>-<run>``; subject: the employee. `paid` in rupiah.
    """

    employee: str
    run: str
    adjustments: tuple[PaidAdjustment, ...]
    paid: int


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class RepaymentReceived:
    """The person gave back `amount` rupiah beside the runs, by the receipt `document`; `adjustments` say of which months, together -amount.

    Stream ``payroll-repayments-<employee>``; subject: the employee.
    """

    employee: str
    document: str
    received_on: date
    adjustments: tuple[PaidAdjustment, ...]
    amount: int


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class RecoveryScheduled:
    """What is still to be taken back of adjustments downward; a later one replaces it, 0 says that nothing is left.

    No run takes more than `cap_percent` (exact text) of what it would pay otherwise. `amount` in rupiah; `instalments_left` counts the runs
    that it takes if each pays what the last month posted is worth now, None where that is nothing; `first_run` is the agency's next.
    `collection`: ``runs`` deduct it, or it is a ``claim`` on a person who has left service, whom runs pay nothing (instalments None).
    Stream ``payroll-recovery-<employee>``; subject: the employee.
    """

    employee: str
    amount: int
    instalments_left: int | None
    cap_percent: str
    first_run: str
    collection: str = "runs"


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class PayRunOpened:
    """The treasurer asked for a run, and its job begins: until it is closed no other run does. In the stream of PayRunContinued."""

    month: str
    run: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class PayRunContinued:
    """A part of a run is done: all people up to `reached`, in the order of their codes. Subject: the run. Stream ``payroll-run-<run>``.

    `people` were looked at in this part, `persons` of them paid and `held` left out; the totals, in rupiah, are this part's.
    """

    month: str
    run: str
    reached: str
    people: int
    persons: int
    total_posted: int
    total_adjustments: int
    total_paid: int
    held: int


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class PayRunBegunAnew:
    """The run paid nobody and is not open any more; asked for again it looks at everybody. In the stream of PayRunContinued."""

    month: str
    run: str


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class PayRunInterrupted:
    """The run's job was cancelled after it had paid somebody: the run stays open until it is gone on with. In the same stream."""

    month: str
    run: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class PayRunPosted:
    """The run of a month, or a supplementary run of it (``2026-10.01``), is complete. Subject: the run. Stream ``payroll-run-<run>``.

    Totals in rupiah. `held` counts whom the ordinary run left out because something was missing.
    """

    month: str
    run: str
    persons: int
    total_posted: int
    total_adjustments: int
    total_paid: int
    treasurer: str
    held: int = 0


@dataclass(frozen=True)
class LeftOut:
    employee: str
    missing: tuple[Missing, ...]


@EVENTS.event(EventClass.PRIVATE)
@dataclass(frozen=True)
class LeftOutNamed:
    """Whom the ordinary run left out, as its answers named them: of those that PayRunPosted counts as `held` the first hundred.

    Subject: the run. In the run's own stream, beside PayRunContinued and PayRunPosted: a run that is closed is answered again from there.
    """

    month: str
    run: str
    people: tuple[LeftOut, ...]
