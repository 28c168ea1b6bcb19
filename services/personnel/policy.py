"""Who may do what in personnel: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.personnel.events import (
    LIFE,
    GuidanceClosed,
    MentorAppointed,
    PositionAssigned,
    PositionWithdrawn,
    ReportingLineSet,
    ReportingLineWithdrawn,
)
from services.personnel.known import lapsed_of
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.dated import in_force, of_fact
from shared.kernel.employment import out_of_office, stands_in
from shared.kernel.facts import Knowledge
from shared.kernel.leading import leads_on, led_within, lines_of
from shared.kernel.periods import Period
from shared.kernel.withdrawn import that_count


def is_assessor(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in force today; nobody assesses himself."""
    return leads_on(knowledge, actor.id, subject, knowledge.today, ReportingLineSet, ReportingLineWithdrawn, LIFE)


def is_assessor_of_period(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """Who was assessor on a day of the month's quarter, by whichever rule he assesses it, or stands in for him: he needs to see what he
    assesses (PermenPANRB 6/2022, annex IV.A).
    """
    lines = lines_of(knowledge, ReportingLineSet, ReportingLineWithdrawn, subject)
    return period is not None and led_within(knowledge, actor.id, subject, lines, period, LIFE)


def is_mentor(actor: Actor, subject: str, period: Period | None, knowledge: Knowledge) -> bool:
    """The mentor of the unit in which the subject holds a post (not one in an acting capacity), from appointment to closing, today."""
    today = knowledge.today
    posts = that_count(knowledge, PositionAssigned, PositionWithdrawn, subject, today, LIFE)
    post = in_force((fact for fact in posts if not fact.event.acting), today, of_fact)
    if post is None or actor.id == subject:
        return False
    closed = {fact.event.proposal for fact in knowledge.facts(GuidanceClosed, actor.id)} | lapsed_of(actor.id, knowledge).keys()
    return any(
        appointed.unit == post.event.unit
        and appointed.proposal not in closed
        and stands_in(knowledge, actor.id, appointed.since, today, LIFE)
        for appointed in (fact.event for fact in knowledge.facts(MentorAppointed, actor.id))
    )


IMPORTS = (
    "import-units",
    "import-people",
    "import-reporting-lines",
    "import-withdrawals",
    "import-attendance",
    "import-yearly-absence",
    "import-potentials",
    "import-ends",
    "import-interruptions",
    "import-resumptions",
)
CALENDAR = ("set-working-week", "declare-holiday", "withdraw-holiday", "import-holidays")
PERSONAL = ("read-employee", "see-identity", "read-attendance", "read-proposal", "read-development", "read-sanctions")
IDENTITY = ("erase-identity", "correct-nip")
SERVICE = ("end-employment", "interrupt-service", "withdraw-registration")
STEPS = ("follow-development",)
CAREERS = ("list-talent", "list-rank-promotions", "read-vacancy")
DECISIONS = ("decide-proposal", "decide-vacancy", "close-improvement", "lift-sanction")
EVERYBODY = ("employee", "hr", "approver", "treasurer", "auditor", "admin")

POLICY = Policy(
    allow=(
        *(Allow(action, role="hr") for action in (*IMPORTS, *PERSONAL, *STEPS, "close-development", "see-looks", *IDENTITY)),
        *(Allow(action, role="employee", relation="self") for action in (*PERSONAL, *STEPS, "see-looks")),
        *(Allow(action, role="employee", relation="assessor") for action in (*PERSONAL, *STEPS, "close-development")),
        Allow("read-attendance", role="employee", relation="assessor-of-period"),
        Allow("follow-development", role="employee", relation="mentor"),
        *(Allow(action, role="approver") for action in (*DECISIONS, "list-proposals", "read-proposal", "read-development")),
        Allow("read-sanctions", role="approver"),
        *(Allow(action, role="hr") for action in ("open-vacancy", "complete-training", "evaluate-award", "move-unit", *SERVICE)),
        *(Allow(action, role=role) for action in CAREERS for role in ("hr", "approver", "auditor")),
        # Whom a post is decided about, the official must know by name; the look is logged.
        *(Allow(action, role="approver") for action in ("list-employees", "read-employee", "see-identity")),
        *(
            Allow(action, role="auditor")
            for action in (
                "list-employees",
                "list-proposals",
                "read-employee",
                "read-attendance",
                "read-proposal",
                "read-development",
                "read-sanctions",
                "see-looks",
            )
        ),
        Allow("read-attendance", role="treasurer"),
        *(Allow(action, role="hr") for action in ("list-employees", "list-proposals", "read-text")),
        *(Allow(action, role=role) for action in CALENDAR for role in ("hr", "admin")),
        # Vacant posts with their criteria, awards and the calendar are public within the agency.
        *(Allow(action, role=role) for action in ("list-units", "list-vacancies", "list-awards", "read-calendar") for role in EVERYBODY),
    ),
    relations={
        "assessor": is_assessor,
        "assessor-of-period": is_assessor_of_period,
        "mentor": is_mentor,
    },
    barred=lambda actor, knowledge: out_of_office(knowledge, actor.id, LIFE),
)
