"""Facts of careers: potential and talent boxes, vacant posts and who is proposed for them, promotion in rank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.personnel.events.catalogue import EVENTS
from services.personnel.events.development import Reason
from shared.events.classes import EventClass


@EVENTS.event(EventClass.RESTRICTED, effective="on")
@dataclass(frozen=True)
class PotentialAssessed:
    """`value`: low, middle or high; `source`: the assessment centre or test. Stream ``personnel-potential-<employee>``."""

    employee: str
    value: str
    source: str
    on: date


@EVENTS.event(EventClass.RESTRICTED, effective="on")
@dataclass(frozen=True)
class PotentialWithdrawn:
    """The assessment entered for the day `on` never was; one entered after this event stands. Stream as of the one before."""

    employee: str
    on: date
    document: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class TalentBoxPlaced:
    """A box of the nine (PermenPANRB 3/2020). `performance`: above, as or below; `inputs`: the ids of the facts it rests on.

    Stream ``personnel-talent-<employee>-<period>``; a later one of the period replaces it.
    """

    employee: str
    period: str
    box: int
    performance: str
    potential: str
    inputs: tuple[str, ...]
    rule_set: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class TalentBoxWithdrawn:
    """The period has no box any more, because no potential of the person stands. Stream as of the one before."""

    employee: str
    period: str


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class VacancyOpened:
    """A post falls vacant. `criteria`: by what candidates are ranked, the first weighs most. Subject: the post.

    Stream of this, PostProposed and the PostDecided of a vacancy: ``personnel-vacancy-<post>``.
    """

    post: str
    unit: str
    job_class: int
    kind: str
    strategic: bool
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """`place` 1 is the one proposed; `reasons` say what each criterion found."""

    employee: str
    place: int
    box: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Excluded:
    """Who fails the check of the record, and why."""

    employee: str
    reasons: tuple[Reason, ...]


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class PostProposed:
    """The ranking as the facts have it now; an official decides. A later one of the proposal replaces it."""

    post: str
    proposal: str
    ranking: tuple[Candidate, ...]
    rule_set: str
    excluded: tuple[Excluded, ...] = ()


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class RankPromotionProposed:
    """A regular promotion in rank: the conditions met and those missing. With something missing it is listed, not open for decision.

    Stream of this and the next two: ``personnel-promotion-<employee>-<proposal>``.
    """

    employee: str
    proposal: str
    rank_from: str
    rank_to: str
    met: tuple[Reason, ...]
    missing: tuple[str, ...]
    rule_set: str


@EVENTS.event(EventClass.RESTRICTED)
@dataclass(frozen=True)
class RankPromotionWithdrawn:
    """The facts no longer carry it, nor is it near enough to be listed."""

    employee: str
    proposal: str
    missing: tuple[str, ...]


@EVENTS.event(EventClass.OPEN)
@dataclass(frozen=True)
class RankPromotionDecided:
    """`outcome`: approved or rejected; an approved one is followed by RankHeld from `since`."""

    employee: str
    proposal: str
    outcome: str
    rank: str
    since: date
    document: str
