"""What the routes answer that every service has: problems, jobs, rule sets, imports and their rows, texts, and how the service is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

from shared.http.answers import Count, Form, Version, Words

FileRow = Annotated[int, Meta(ge=1, description="Of the file; its head is row 1.")]


class Changed(TypedDict):
    """A field as it stood and as it would stand."""

    stood: NotRequired[Any]
    would: NotRequired[Any]


class Replaced(TypedDict):
    """What a row of a file puts, or would put, in place of something else."""

    row: FileRow
    what: Annotated[Words, "The type of the event that it replaces, or what kind of words."]
    fields: dict[str, Changed]
    recorded: Annotated[datetime | None, "When what stood was recorded; null where nobody knows."]
    by: Words | None
    corrected: Annotated[bool, "What stood had itself replaced or withdrawn something."]


RepeatedRow = TypedDict("RepeatedRow", {"row": FileRow, "as": Annotated[int, "The row that says the same."]})


class RowSetAside(TypedDict):
    """A row about who hands the file in: another person decides."""

    row: FileRow
    id: Annotated[str, Form("event-id")]
    status: Literal["waiting", "confirmed", "rejected"]
    expected: Words


class Imported(TypedDict):
    """What a file brought; under `dry_run`, what it would bring. The members that may be absent stand there when there are any."""

    rows: Count
    events: Count
    dry_run: bool
    repeated: NotRequired[list[RepeatedRow]]
    replaced: NotRequired[Count]
    replaces: NotRequired[list[Replaced]]
    set_aside: NotRequired[list[RowSetAside]]


class Importing(TypedDict):
    """How far a long import has come; the same request sent again goes on."""

    rows: Count
    reached: Count
    events: Count
    dry_run: bool


class FieldError(TypedDict):
    """What is wrong with one member of a body or one parameter, or with one cell or row of a file."""

    field: NotRequired[Annotated[Words, "The path to the member, such as `months.0`, or the parameter."]]
    row: NotRequired[FileRow]
    column: NotRequired[Annotated[Words | None, "The head of the column."]]
    expected: Words
    found: Words
    remedy: NotRequired[Words]


class Problem(TypedDict):
    """RFC 9457, with what was expected, what was found and what to do. Members after `errors` belong to single types."""

    type: Annotated[str, Meta(pattern="^urn:merit:problem:[a-z0-9-]+$", description="Stable; what a program looks at.")]
    title: Words
    status: Annotated[int, Meta(ge=400, le=599)]
    detail: Words
    instance: NotRequired[Annotated[Words, "`urn:uuid:` and the request's number, as the operator's log has it."]]
    expected: Annotated[Words, "What would have been accepted."]
    found: Annotated[Words, "What there was."]
    remedy: Annotated[Words, "What the caller can do next."]
    errors: NotRequired[list[FieldError | Replaced]]
    version: NotRequired[Annotated[Count | None, "`stale-version`: which it is now."]]
    missing: NotRequired[Annotated[list[Words], "`appraisal-incomplete`: what is not there."]]
    followed: NotRequired[Annotated[list[Words], "`registration-followed`: what rests on the registration."]]
    target: NotRequired[Annotated[Words, "`target-invalid`: which target."]]
    setting: NotRequired[Annotated[Words, "`invalid-rule-set`: which setting."]]
    rows: NotRequired[Annotated[Count, "`invalid-rows`: of the file."]]
    wrong: NotRequired[Annotated[Count, "`invalid-rows`: how many of them."]]


class CloudEvent:
    """A published event in CloudEvents' structured mode: the attributes of the envelope's contract, and the event's data."""


class Alive(TypedDict):
    """The process answers."""

    alive: bool


class Ready(TypedDict):
    """Whether the service is useful now; if not, what it waits for."""

    ready: bool
    service: NotRequired[Words]
    waits_for: NotRequired[Words]


class Settled(TypedDict):
    """Whether nothing is under way in the service, and what is; `trouble` in place of the numbers when it cannot be told."""

    settled: bool
    trouble: NotRequired[Words]
    quiet: NotRequired[bool]
    moving: NotRequired[bool]
    outbox: NotRequired[Count]
    own: NotRequired[Count]
    behind: NotRequired[Count]
    decisions: NotRequired[Count]
    due: NotRequired[Count]
    parked: NotRequired[Count]
    jobs: NotRequired[Count]
    next_due: NotRequired[datetime | None]
    progress: NotRequired[Annotated[list[int], "Changes whenever anything moves."]]


class Text(TypedDict):
    """What somebody wrote, while it is kept."""

    id: Annotated[str, Form("text-id")]
    text: Words


class JobResult:
    """What a kind of job of the service gives (:class:`shared.flow.declared.JobKind`)."""


class Job(TypedDict):
    """Work that the worker does in parts, after the request for it."""

    id: Annotated[str, Form("job-id")]
    kind: Annotated[str, Form("code")]
    about: Annotated[Words, "Of what, within its kind, such as a month."]
    status: Literal["waiting", "running", "done", "failed", "cancelled"]
    asked_by: Words
    asked: datetime
    done: Count
    left: Count | None
    rate: Annotated[float | None, "Things a second."]
    remaining_seconds: Count | None
    tries: Count
    result: Annotated[JobResult | None, "When it is done: as its kind has it."]
    problem: Annotated[Problem | None, "What ended it."]


class RuleSetName(TypedDict):
    """A published version of rules. `name` is how results cite it."""

    kind: Annotated[str, Form("RuleSetPublished.kind")]
    id: Annotated[str, Form("RuleSetPublished.id")]
    version: Annotated[int, Meta(ge=1)]
    since: date
    name: Annotated[str, Form("rule-set")]


class RuleSet(RuleSetName):
    """The rules in force on a day. Version 0 is the national default."""

    sources: Annotated[list[Words], "Law and article, one entry each."]
    settings: Annotated[dict[str, Any], "As the kind of rules needs them: codes, exact numbers as text, and citations."]


class RuleSetWithdrawal(TypedDict):
    """A version that never holds."""

    kind: Annotated[str, Form("RuleSetPublished.kind")]
    version: Annotated[int, Meta(ge=1)]
    status: Literal["withdrawn"]


class SetAsideRow(TypedDict):
    """A row of a file about who handed it in; another who may do `action` decides. `would`: types of the events that it would bring."""

    id: Annotated[str, Form("event-id")]
    action: Annotated[str, Form("code")]
    employee: str
    file_digest: Annotated[str, Form("digest")]
    row: FileRow
    asked_by: Annotated[str, Form("code")]
    would: list[Annotated[str, Form("event-type")]]
    status: Literal["waiting", "confirmed", "rejected"]
    version: Version


class ListedRow(SetAsideRow):
    """A row in the list."""

    asked_at: datetime
    decided_by: Annotated[str, Form("code")] | None
    decided_at: datetime | None


class Brought(TypedDict):
    """An event that a row would bring."""

    type: Annotated[str, Form("event-type")]
    data: dict[str, Any]


class Refusal(TypedDict):
    """Why a row would be refused now."""

    expected: Words
    found: Words
    remedy: Words


class ShownRow(SetAsideRow):
    """A row with its cells, null once they were erased. While it waits: what it would bring and replace now, or why it would be refused."""

    cells: dict[str, Words] | None
    decided_by: NotRequired[Annotated[str, Form("code")]]
    brings: NotRequired[list[Brought]]
    replaces: NotRequired[list[Replaced]]
    refused: NotRequired[Refusal]


class RowRejection(TypedDict):
    """Nothing follows from the row."""

    id: Annotated[str, Form("event-id")]
    status: Literal["rejected"]
    asked_by: Annotated[str, Form("code")]


class RowConfirmation(TypedDict):
    """The row was carried out; `events` are what it brought."""

    id: Annotated[str, Form("event-id")]
    status: Literal["confirmed"]
    asked_by: Annotated[str, Form("code")]
    events: list[Annotated[str, Form("event-id")]]
