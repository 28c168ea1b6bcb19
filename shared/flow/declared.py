"""What a service declares to the flow: reactions to facts, timers for days that come, and kinds of jobs that the worker does in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shared.kernel.decider import Aggregate
from shared.kernel.facts import Fact, Knowledge
from shared.kernel.refusal import Refused
from shared.views.view import View

if TYPE_CHECKING:
    from shared.flow.jobs import Job
    from shared.flow.work import Work


@dataclass(frozen=True)
class Dispatch:
    """A command for one of the service's own aggregates. A refusal by its decider is an outcome, recorded with the decision."""

    aggregate: Aggregate
    command: Any


@dataclass(frozen=True)
class EachRow:
    """The decision keys of a fact that concerns many: what `column` holds in every row of a view whose columns equal these values.

    They are marked inside the database, in one statement, however many there are. `equal` is read as :func:`shared.views.reading.rows`
    reads it. `endings`: a row gives one key with each of them, such as ``<employee>/2026``.
    """

    view: View
    equal: Mapping[str, Any] = field(default_factory=dict)
    column: str = "key"
    endings: tuple[str, ...] = ("",)

    def read(self, knowledge: Knowledge) -> tuple[str, ...]:
        """The keys themselves, for who has to look at them one by one."""
        return tuple(row[self.column] + ending for row in knowledge.rows(self.view, **self.equal) for ending in self.endings)


Keys = Iterable[str] | EachRow


@dataclass(frozen=True)
class Reads:
    """What every decision of a reaction reads about its subject, so that many are read together, in a handful of statements.

    `subject`: the subject of a key, whose own events are all read, and of whose heard facts those of the classes in `heard`; None where
    the `streams` are enough: the names of the own streams that the decision about a key reads, and writes to. `holds`: the name that the
    decision holds (``Knowledge.hold``), if any; all that a batch holds is taken in sorted order before anything is read.
    Whatever else a decision asks for is still answered, once for the batch, by a statement of its own.
    """

    heard: tuple[type, ...] = ()
    subject: Callable[[str], str] | None = str
    holds: Callable[[str], str] | None = None
    streams: Callable[[str], Iterable[str]] = lambda key: ()


@dataclass(frozen=True)
class Reaction:
    """A decision taken anew whenever a fact about its key arrives, from everything known, in whatever order it came.

    `on`: for each event class (own or heard) the decision keys that a fact concerns, listed or as :class:`EachRow`; such a key is
    marked, and its row locked.
    `decide`: (key, knowledge) → commands. It reads all it needs from the knowledge, never from the fact that woke it, and gives the
    same commands (or none) when nothing changed: the aggregate's own stream says what was decided before.
    `reads`: for a reaction that decides about many at once; without it each decision reads for itself.
    """

    name: str
    on: Mapping[type, Callable[[Fact, Knowledge], Keys]]
    decide: Callable[[str, Knowledge], Iterable[Dispatch]]
    reads: Reads | None = None


@dataclass(frozen=True)
class Arm:
    """Let the timer `key` fire at `due`, or at once if that has passed. Arming again moves it.

    `due`: an aware moment, or a day, which begins when it begins where the agency is.
    """

    key: str
    due: datetime | date


@dataclass(frozen=True)
class Disarm:
    """The timer `key` need not fire any more. Nothing happens when it is not armed."""

    key: str


@dataclass(frozen=True)
class Timer:
    """A statutory clock: rows folded from the service's own events; a due row becomes commands, once per (key, due).

    `on`: for each own event class what to arm or disarm; pure, the due moment stands in the event.
    `fire`: (key, due, knowledge) → commands.
    """

    name: str
    on: Mapping[type, Callable[[Fact], Iterable[Arm | Disarm]]]
    fire: Callable[[str, datetime, Knowledge], Iterable[Dispatch]]


@dataclass(frozen=True)
class Progress:
    """A part of a job is done and there is more: `done` things more than before; the next part goes on from `cursor` (JSON).

    `total`: of how many, where that is known by now.
    """

    cursor: Any
    done: int = 0
    total: int | None = None


@dataclass(frozen=True)
class Done:
    """The last part of a job is done. `result` (a JSON object) is what the job is answered with from now on."""

    result: Mapping[str, Any]
    done: int = 0


@dataclass(frozen=True)
class JobKind:
    """Work that is longer than a request, such as a pay run: done by the worker in parts, each part one transaction.

    `part`: (work, job) → Progress, or Done. It acts through the work alone, and what it does commits together with its cursor. One that
    takes some seconds at most lets others pass. Refused, raised, ends the job as failed and leaves nothing of the part; returned, it ends
    the job so and what was done stays. Any other trouble is tried again. One bad entry of many belongs into the result.
    `starts`, `reads`: the actions of the policy whose holders may cancel and retry, or see, such jobs; who asked for one always may.
    `cancelled`: what else happens with a cancellation, in its transaction; what the parts did before stays.
    `gives`: the shape of its result, as the API describes it; without it the result may hold anything.
    """

    name: str
    starts: str
    reads: str
    part: Callable[[Work, Job], Progress | Done | Refused]
    cancelled: Callable[[Work, Job], None] = lambda work, job: None
    gives: type | None = None
