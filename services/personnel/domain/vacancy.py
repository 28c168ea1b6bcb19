"""A vacant post: opened with published criteria, candidates proposed by them, and one chosen by the appointing official."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.personnel.domain.employee import JOB_CLASSES, POSITION_KINDS
from services.personnel.events import Candidate, Excluded, PostDecided, PostProposed, VacancyOpened
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused

CRITERIA = ("box", "performance", "potential", "rank", "seniority")
"""By what candidates can be ranked; who has the better of the first comes first, the next decides among equals."""


@dataclass(frozen=True)
class OpenVacancy:
    post: str
    unit: str
    job_class: int
    kind: str
    strategic: bool
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class ProposeCandidates:
    post: str
    ranking: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    rule_set: str


@dataclass(frozen=True)
class ChooseCandidate:
    """The official's decision; `employee` need not be the first of the ranking, the document says why."""

    post: str
    proposal: str
    employee: str
    document: str
    since: date
    decided_by: str


@dataclass(frozen=True)
class VacancyState:
    """`count`: how often the post fell vacant; `opened` is the last opening, None when the post was filled since."""

    count: int = 0
    opened: VacancyOpened | None = None
    proposed: PostProposed | None = None

    @property
    def proposal(self) -> str:
        return f"post-{self.opened.post}-{self.count}" if self.opened else ""


def decide(state: VacancyState, command: OpenVacancy | ProposeCandidates | ChooseCandidate) -> Sequence[Any]:
    """Open, propose (again when the ranking changed), or choose. Nothing is proposed for a post that is not vacant."""
    if isinstance(command, OpenVacancy):
        return _open(state, command)
    if isinstance(command, ProposeCandidates):
        if state.opened is None:
            return []
        wished = PostProposed(command.post, state.proposal, command.ranking, command.rule_set, command.excluded)
        nothing = state.proposed is None and not command.ranking and not command.excluded
        return [] if state.proposed == wished or nothing else [wished]
    return _choose(state, command)


def _open(state: VacancyState, command: OpenVacancy) -> Sequence[VacancyOpened]:
    if command.job_class not in JOB_CLASSES:
        raise _wrong("job-class", "a job class (kelas jabatan) from 1 to 17", command.job_class)
    if command.kind not in POSITION_KINDS:
        raise _wrong("position-kind", " or ".join(POSITION_KINDS), command.kind)
    if not command.criteria or len(set(command.criteria)) != len(command.criteria) or not set(command.criteria) <= set(CRITERIA):
        raise _wrong("vacancy-criteria", f"one or more, each once, of {', '.join(CRITERIA)}", ", ".join(command.criteria) or "none")
    wished = VacancyOpened(**vars(command))
    if state.opened is None:
        return [wished]
    if state.opened == wished:
        return []
    raise Refused(
        "vacancy-open",
        expected=f"{command.post} not to be vacant already, or as it was opened",
        found=f"a vacancy of class {state.opened.job_class} in {state.opened.unit}",
        remedy="decide on the open vacancy first",
    )


def _choose(state: VacancyState, command: ChooseCandidate) -> Sequence[PostDecided]:
    if state.opened is None or state.proposed is None or command.proposal != state.proposal:
        raise Refused(
            "proposal-not-open",
            expected=f"the open proposal of {command.post}: {state.proposal or 'none is open'}",
            found=command.proposal or "none",
            remedy="read the vacancy again; what was decided stays decided",
        )
    if command.employee not in [one.employee for one in state.proposed.ranking]:
        raise _wrong("no-candidate", "somebody of the ranking", command.employee)
    if command.decided_by in [one.employee for one in (*state.proposed.ranking, *state.proposed.excluded)]:
        raise Refused(
            "own-record",
            expected="an official who is no candidate himself",
            found="one of the candidates",
            remedy="let another official decide",
            status=403,
        )
    return [PostDecided(command.employee, command.proposal, command.post, command.document, command.since)]


def _wrong(code: str, expected: str, found: object) -> Refused:
    return Refused(code, expected=expected, found=str(found), remedy="correct it and send it again", status=422)


def evolve(state: VacancyState, event: object) -> VacancyState:
    if isinstance(event, VacancyOpened):
        return VacancyState(state.count + 1, event)
    if isinstance(event, PostProposed):
        return replace(state, proposed=event)
    if isinstance(event, PostDecided):
        return VacancyState(state.count)
    return state


VACANCY = Aggregate(
    "vacancy",
    Decider(VacancyState(), decide, evolve),
    stream=lambda post: f"personnel-vacancy-{post}",
    ids=lambda command: (command.post,),
    subject=lambda command: command.post,
)
