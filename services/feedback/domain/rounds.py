"""Who may rate whom: any employee, colleagues of the same unit, or those whom a round asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.feedback.domain.process import already_published
from services.feedback.domain.scale import ASPECT, Scale, read_scale
from services.feedback.events import PeerRoundOpened
from shared.kernel.decider import Aggregate, Decider
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read


class Raters(StrEnum):
    """Whose answers count as a peer's."""

    ANY = "any"
    """Every employee's but one's own."""
    UNIT = "unit"
    """Those of the same unit; not the assessor, who judges in the appraisal itself."""
    ASSIGNED = "assigned"
    """Those whom the round asked."""


@dataclass(frozen=True)
class PeerRules:
    scale: Scale
    raters: Raters


@dataclass(frozen=True)
class Standing:
    """How the rater stands to the employee."""

    own: bool = False
    colleague: bool = False
    assessor: bool = False
    asked: bool = False

    def check(self, raters: Raters) -> None:
        """Refused (403) about oneself, and for a person whom the rule does not count among the peers."""
        if self.own:
            raise _denied("own-feedback", "feedback on a colleague", "feedback on oneself", "score yourself in your own appraisal instead")
        if raters is Raters.UNIT and (self.assessor or not self.colleague):
            found = "the assessor" if self.assessor else "somebody of another unit"
            raise _denied("not-a-peer", "a colleague of the same unit", found, "an assessor judges in the appraisal itself")
        if raters is Raters.ASSIGNED and not self.asked:
            raise _denied("not-asked", "one of those whom the round asks", "somebody else", "ask HR to open a round that names you")


@dataclass(frozen=True)
class OpenPeerRound:
    """`raters`: those asked, none where the rule set lets colleagues answer unasked. `published`: whether the summary is out already."""

    employee: str
    period: str
    raters: tuple[str, ...]
    rules: PeerRules
    published: bool


def open_round(state: PeerRoundOpened | None, command: OpenPeerRound) -> Sequence[PeerRoundOpened]:
    """Ask colleagues to rate the employee; asking others later replaces them, asking the same again changes nothing."""
    if command.published:
        raise already_published(command.period)
    least, asked = command.rules.scale.least_answers, set(command.raters)
    if command.rules.raters is not Raters.ASSIGNED:
        if asked:
            raise _raters(f"no raters: the rule set lets {command.rules.raters} answer", f"{len(asked)} for {command.employee}")
    elif command.employee in asked:
        raise _raters("colleagues", f"{command.employee} about himself or herself")
    elif len(asked) < least:
        raise _raters(f"at least {least} raters, since fewer answers are never shown", f"{len(asked)} for {command.employee}")
    event = PeerRoundOpened(command.employee, command.period, tuple(sorted(asked)), command.rules.scale.rule_set)
    return [] if state == event else [event]


PEER_ROUND = Aggregate(
    "peer-round",
    Decider(None, open_round, lambda state, event: event if isinstance(event, PeerRoundOpened) else state),
    stream=lambda employee, period: f"feedback-round-{employee}-{period}",
    ids=lambda command: (command.employee, command.period),
    subject=lambda command: command.employee,
)


def peer_rules(settings: Mapping[str, Any], rule_set: str) -> PeerRules:
    """What published settings describe; without a word on raters, any employee may answer."""
    return read(settings, lambda said: _peers(said, rule_set), published=True)


def check_peers(settings: Mapping[str, Any]) -> None:
    """Raise Refused (422) unless settings are a scale's, and ``raters`` (any | unit | assigned) if it stands there."""
    read(settings, lambda said: _peers(said, "draft"))


def _peers(said: Settings, rule_set: str) -> PeerRules:
    scale = read_scale(said, said.codes("aspects", ASPECT), rule_set)
    return PeerRules(scale, Raters(said.one_of("raters", list(Raters), Raters.ANY)))


def _denied(code: str, expected: str, found: str, remedy: str) -> Refused:
    return Refused(code, expected=expected, found=found, remedy=remedy, status=403)


def _raters(expected: str, found: str) -> Refused:
    return Refused("peer-raters", expected=expected, found=found, remedy="correct the raters and open the round again", status=422)
