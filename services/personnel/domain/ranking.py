"""Who is proposed for a vacant post: candidates in the order of the published criteria, each place with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.personnel.domain.ranks import step_of
from services.personnel.domain.results import Appraisal, mean_order
from services.personnel.domain.talent import POTENTIALS, TalentRules
from services.personnel.events import Candidate, Excluded, Reason, TalentBoxPlaced, VacancyOpened


@dataclass(frozen=True)
class Record:
    """What is known of one person. `results`: the last finalised ones, newest last; each fact comes with its event's id.

    `sanctions`: medium and heavy ones that still count, as (event id, kind). `rank_event`: of the rank held.
    """

    employee: str
    employment: str
    post: str | None
    job_class: int | None
    box: TalentBoxPlaced
    box_event: str
    results: tuple[Appraisal, ...]
    rank: str | None
    rank_event: str | None
    service_since: date | None
    sanctions: tuple[tuple[str, str], ...] = ()


def is_candidate(record: Record, vacancy: VacancyOpened, rules: TalentRules) -> bool:
    """Whether the post is open to the person at all: kind of employment, box, distance of the job class, and not his already.

    A post is no candidate's who would go down by it: a promotion or a move on the same class only.
    """
    if record.employment not in rules.employments or record.post == vacancy.post or record.job_class is None:
        return False
    if rules.candidate_boxes and record.box.box not in rules.candidate_boxes:
        return False
    below = vacancy.job_class - record.job_class
    return below >= 0 and (rules.classes_below is None or below <= rules.classes_below)


def rank_candidates(
    vacancy: VacancyOpened, records: Sequence[Record], rules: TalentRules
) -> tuple[tuple[Candidate, ...], tuple[Excluded, ...]]:
    """The ranking, and who fails the check of the record (a medium or heavy sanction in the last years).

    Equals in every criterion stand in the order of their codes, on different places: the official sees equal reasons.
    """
    open_to = [record for record in records if is_candidate(record, vacancy, rules)]
    excluded = [record for record in open_to if record.sanctions]
    ranked = sorted(
        (record for record in open_to if not record.sanctions),
        key=lambda record: (*(_height(criterion, record) for criterion in vacancy.criteria), record.employee),
    )
    return (
        tuple(
            Candidate(record.employee, place, record.box.box, tuple(one for c in vacancy.criteria for one in _reasons(c, record)))
            for place, record in enumerate(ranked, start=1)
        ),
        tuple(
            Excluded(one.employee, tuple(Reason("sanction", event, kind) for event, kind in one.sanctions))
            for one in sorted(excluded, key=lambda record: record.employee)
        ),
    )


def _height(criterion: str, record: Record) -> object:
    """Less comes first."""
    if criterion == "box":
        return -record.box.box
    if criterion == "performance":
        return -mean_order(record.results) if record.results else 1
    if criterion == "potential":
        return -POTENTIALS.index(record.box.potential)
    if criterion == "rank":
        return -step_of(record.rank) if record.rank else 1
    return record.service_since or date.max


def _reasons(criterion: str, record: Record) -> tuple[Reason, ...]:
    if criterion == "box":
        return (Reason("box", record.box_event, str(record.box.box)),)
    if criterion == "performance":
        return tuple(Reason("performance", one.event, one.predicate) for one in record.results)
    if criterion == "potential":
        return (Reason("potential", record.box_event, record.box.potential),)
    if criterion == "rank" and record.rank:
        return (Reason("rank", record.rank_event, record.rank),)
    if criterion == "seniority" and record.service_since:
        return (Reason("seniority", record.rank_event, record.service_since.isoformat()),)
    return ()
