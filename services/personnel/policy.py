"""Who may do what in personnel: role × action × relation. What is not here is denied."""

from __future__ import annotations

from services.personnel.events import MentorAppointed, PositionAssigned, ReportingLineSet
from shared.http.policy import Actor, Allow, Policy
from shared.kernel.facts import Fact, Knowledge


def is_self(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    return actor.id == subject


def is_assessor(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """The assessor (pejabat penilai) in the reporting line in force."""
    line = _latest(knowledge, ReportingLineSet, subject)
    return line is not None and actor.id == line.event.assessor and actor.id != subject


def is_mentor(actor: Actor, subject: str, knowledge: Knowledge) -> bool:
    """The mentor of the unit in which the subject holds a post."""
    units = {fact.event.unit for fact in knowledge.facts(PositionAssigned, subject) if fact.effective <= knowledge.now}
    return any(fact.event.unit in units for fact in knowledge.facts(MentorAppointed, actor.id))


def _latest(knowledge: Knowledge, model: type, subject: str) -> Fact | None:
    held = [fact for fact in knowledge.facts(model, subject) if fact.effective <= knowledge.now]
    return held[-1] if held else None


IMPORTS = (
    "import-units",
    "import-people",
    "import-reporting-lines",
    "import-attendance",
    "import-yearly-absence",
    "import-potentials",
)
PERSONAL = ("read-employee", "see-identity", "read-attendance", "read-proposal", "read-development", "read-sanctions")
IDENTITY = ("erase-identity", "correct-nip")
STEPS = ("follow-development",)
CAREERS = ("list-talent", "list-rank-promotions", "read-vacancy")
DECISIONS = ("decide-proposal", "decide-vacancy", "close-improvement", "lift-sanction")
EVERYBODY = ("employee", "hr", "approver", "treasurer", "auditor", "admin")

POLICY = Policy(
    allow=(
        *(Allow(action, role="hr") for action in (*IMPORTS, *PERSONAL, *STEPS, "close-development", "see-looks", *IDENTITY)),
        *(Allow(action, role="employee", relation="self") for action in (*PERSONAL, *STEPS, "see-looks")),
        *(Allow(action, role="employee", relation="assessor") for action in (*PERSONAL, *STEPS, "close-development")),
        Allow("follow-development", role="employee", relation="mentor"),
        *(Allow(action, role="approver") for action in (*DECISIONS, "list-proposals", "read-proposal", "read-development")),
        Allow("read-sanctions", role="approver"),
        *(Allow(action, role="hr") for action in ("open-vacancy", "complete-training", "evaluate-award", "move-unit")),
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
        # Vacant posts with their criteria and awards are public within the agency.
        *(Allow(action, role=role) for action in ("list-units", "list-vacancies", "list-awards") for role in EVERYBODY),
    ),
    relations={"self": is_self, "assessor": is_assessor, "mentor": is_mentor},
)
