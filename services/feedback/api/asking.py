"""What the routes share: the period asked for, the rules that hold for it, whom and what there is, and an answer taken once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.feedback.heard import LIFE, UnitOpened
from shared.http.acting import RequestWork
from shared.kernel.employment import Employment
from shared.kernel.facts import Fact
from shared.kernel.periods import Period, period_of
from shared.kernel.refusal import Refused
from shared.kernel.rules import RuleSet


def period_begun(work: RequestWork, text: str) -> Period:
    """Refused (422) for what is no period, or none that has begun."""
    period = period_of(text)
    if period.start > work.today:
        raise Refused(
            "period-not-begun",
            expected=f"a period that began by {work.today}",
            found=f"{text}, which begins on {period.start}",
            remedy="answer when the period has begun",
            status=422,
        )
    return period


def rules_for(work: RequestWork, kind: str, text: str) -> RuleSet:
    """The questionnaire in force on the period's last day, so that all answers of a period are to the same questions."""
    return work.knowledge.rules(kind, period_begun(work, text).end)


def known_employee(work: RequestWork, employee: str) -> None:
    work.found({} if Employment.known(work.knowledge, employee, LIFE).registered else None, "employee", employee)


def known_unit(work: RequestWork, unit: str) -> None:
    work.found({} if work.knowledge.facts(UnitOpened, unit) else None, "unit", unit)


def given(work: RequestWork, aggregate: Any, command: Any, remark: str | None) -> str:
    """Take the answer; its remark is kept once, with the answer."""
    if remark is not None and work.state(aggregate, *aggregate.ids(command)) is None:
        command = replace(command, remark_text=work.text(remark).id)
    return "given" if work.execute(aggregate, command).events else "given before"


def remarks(work: RequestWork, answers: Sequence[Fact[Any]]) -> dict[str, Any]:
    """The texts in the order of their random ids, so that the order tells nothing of who came when."""
    texts = sorted(fact.event.remark_text for fact in answers if fact.event.remark_text is not None)
    return {"items": [body for body in map(work.read_text, texts) if body is not None], "next": None}
