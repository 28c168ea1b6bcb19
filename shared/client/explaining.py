"""One allowance explained in a terminal: each step from the rupiah back to the target, with the event that it rests on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import fill
from typing import Any
from zoneinfo import ZoneInfo

from shared.client.seat import Refusal, Seat
from shared.words import WORDS, Words

Step = Mapping[str, Any]
Labels = Mapping[str, str]
"""Target id → the target as its plan words it."""
WIDE = 140


@dataclass(frozen=True)
class Telling:
    """What a step is told with: the language, the agency's time zone, and how the plans word their targets."""

    words: Words
    zone: ZoneInfo
    labels: Labels = field(default_factory=dict)


def explain(seat: Seat, employee: str, month: str, *, language: str = "id", as_json: bool = False) -> str:
    """The explanation of a month's allowance as text, or as the API gives it. Raises Refusal when payroll has none to give.

    `seat`: who asks, of payroll and, for the wording of targets, of appraisal.
    """
    told = seat.get("payroll", f"/allowances/{employee}/{month}/explanation").body
    if as_json:
        return json.dumps(told, ensure_ascii=False, indent=1)
    telling = Telling(WORDS[language], ZoneInfo(told["zone"]), _targets(seat, employee, told))
    return "\n".join(in_words(told, telling))


def _targets(seat: Seat, employee: str, told: Mapping[str, Any]) -> Labels:
    """How the plans that the explanation leads back to word their targets; nothing where no plan can be read."""
    targets: dict[str, str] = {}
    if "appraisal" not in seat.addresses:
        return targets
    for year in sorted({step["data"]["period"] for step in told["chain"] if step["step"] == "target"}):
        try:
            plan = seat.get("appraisal", f"/plans/{employee}/{year}").body
        except Refusal:
            continue
        targets |= {target["target_id"]: f"“{target['what']}”" for target in plan["targets"] if target["what"]}
    return targets


def in_words(told: Mapping[str, Any], telling: Telling) -> Iterator[str]:
    """The lines of an explanation as payroll gives it."""
    words = telling.words
    amounts = {name: told[name] for name in ("posted", "due", "paid") if told[name] is not None}
    if amounts.get("paid") == amounts.get("posted"):
        amounts.pop("paid", None)
    shown = ", ".join(words(f"amount-{name}", amount=words.rupiah(amount)) for name, amount in amounts.items())
    lacking = words("not-yet", lacking=", ".join(lack(one, words) for one in told["missing"]))
    yield words("explained", person=told["employee"].upper(), month=words.month(told["month"]), amounts=shown or lacking)
    for difference in told["differences"]:
        paid = ", ".join(_settled(part, telling) for part in difference["paid"]) or words("difference-open")
        cause = words.code(kind_of(difference["cause"]["type"]))
        yield "  " + words("difference", amount=words.rupiah(difference["amount"]), cause=cause, paid=paid)
    for part in told["adjustments"]:
        yield "  " + words("within", amount=words.rupiah(part["amount"]), month=words.month(part["month"]))
    yield words("chain")
    for step in told["chain"]:
        when = datetime.fromisoformat(step["recorded"]).astimezone(telling.zone).strftime("%Y-%m-%d %H:%M") if "recorded" in step else ""
        event = f" [{step['event']}]" if step.get("event") else ""
        yield fill(f"  {when:<16}  {sentence(step, telling)}{event}", WIDE, subsequent_indent=" " * 22, break_on_hyphens=False)


def _settled(part: Mapping[str, Any], telling: Telling) -> str:
    """How a part of a difference was settled: with a month's run, or by what the person gave back after the last run."""
    words = telling.words
    amount = words.rupiah(part["amount"])
    if part["run"] is None:
        return words("difference-repaid", amount=amount)
    return words("difference-paid", amount=amount, run=_run(part["run"], telling))


def kind_of(type_: str) -> str:
    """``ObjectionDecided`` of ``merit.appraisal.ObjectionDecided.v1``."""
    return type_.split(".")[-2]


def lack(missing: Mapping[str, Any], words: Words) -> str:
    """What payroll says is missing, such as ``{"code": "position", "about": "2026-01-01"}``, in words."""
    return words.code(missing["code"], "lacking")


def sentence(step: Step, telling: Telling) -> str:
    """A step in words; one that has no sentence yet shows its name in ‹angles› and its data."""
    words = telling.words
    if step["step"] not in words.steps:
        return f"‹{step['step']}› {json.dumps(step['data'], ensure_ascii=False)}"
    data = step["data"]
    parts = {name: _part(step["step"], name, value, telling) for name, value in data.items()}
    parts |= _of_target(data, words) if step["step"] == "target" else {}
    reached = data.get("achievement_percent")
    parts["achieved"] = words.step("achieved", percent=words.number(reached)) if reached else ""
    taken = ", ".join(
        words.step("deduction", points=words.number(one["points"]), count=one["count"], cause=words.code(one["cause"]))
        for one in data.get("deductions", ())
    )
    parts["deductions"] = words.step("deductions", taken=taken) if taken else ""
    until = data.get("provisional_until")
    parts["provisional"] = words.step("provisional", day=words.date(until)) if until else ""
    parts["less"] = words.step("gave-way", less=words.rupiah(data["gave_way"])) if data.get("gave_way") else ""
    parts["less"] += words.step("took-rest", more=words.rupiah(data["took_rest"])) if data.get("took_rest") else ""
    parts["part"] = words.step("line-part", **parts) if data.get("of_days") else ""
    parts["because"] = words.step("days-because", why=words.code(data["why"], "interruption")) if data.get("why") else ""
    parts["instead"] = words.step("instead", **parts) if data.get("instead_of") else ""
    alone = step["step"] == "posted" and not data["adjustments"]
    return words.step("posted-alone" if alone else step["step"], **parts)


def _of_target(data: Mapping[str, Any], words: Words) -> Mapping[str, str]:
    """Its share, exact where it is no whole percent, and what it says beside the others: how its months count, and which they are."""
    more = words.step("target-aggregate", how=words.code(data["aggregate"], "aggregate")) if data.get("aggregate") else ""
    if data.get("months"):
        more += words.step("target-months", months=", ".join(words.month(one) for one in data["months"]))
    return {"weight": words.number(data.get("exact_weight") or str(data["weight"])), "more": more}


def _part(step: str, name: str, value: Any, telling: Telling) -> str:
    """One value of a step, read by what its name says it is."""
    if value is None:
        return "–"
    if (step, name) in _OTHERWISE:
        return _OTHERWISE[step, name](value, telling)
    return _READ[name](value, telling) if name in _READ else str(value)


Reads = Callable[[Any, Telling], str]


def _rupiah(value: int, telling: Telling) -> str:
    return telling.words.rupiah(value)


def _number(value: Any, telling: Telling) -> str:
    return telling.words.number(str(value))


def _month(value: str, telling: Telling) -> str:
    return telling.words.month(value)


def _run(value: str, telling: Telling) -> str:
    """A run by its month; a supplementary one with its number."""
    month, _, number = value.partition(".")
    return telling.words("supplementary", month=telling.words.month(month), number=int(number)) if number else telling.words.month(month)


def _period(value: str, telling: Telling) -> str:
    return telling.words.period(value)


def _date(value: str, telling: Telling) -> str:
    return telling.words.date(value)


def _last_day(value: str, telling: Telling) -> str:
    return telling.words.last_day(value, telling.zone)


def _moment(value: str, telling: Telling) -> str:
    return telling.words.day(value, telling.zone, hour=True)


def _code(value: Any, telling: Telling) -> str:
    return ", ".join(telling.words.code(one) for one in ([value] if isinstance(value, str) else value))


def _interruption(value: str, telling: Telling) -> str:
    return telling.words.code(value, "interruption")


def _judgement(value: Mapping[str, Any], telling: Telling) -> str:
    """The predicate, with the exact number of the numeric regime."""
    score = f" ({telling.words.number(value['score'])})" if value.get("score") else ""
    return telling.words.code(value["predicate"]) + score


def _items(value: Any, telling: Telling) -> str:
    """Targets in their plan's words, behaviours and the whole in ours."""
    return ", ".join(telling.labels.get(one) or telling.words.named(one) for one in ([value] if isinstance(value, str) else value))


def _component(value: str, telling: Telling) -> str:
    """A component, or a criterion's part of one (``beban-kerja/performance``)."""
    return " / ".join(telling.words.named(one) for one in value.split("/"))


def _sources(value: str, telling: Telling) -> str:
    """Where a line's percentage comes from: payout tables and rules, or the award that a bonus is for (agencies name their own)."""
    return " × ".join(telling.words.named(one, "source") for one in value.split(" × "))


def _score(value: str, telling: Telling) -> str:
    """A rating in words, or the number of the numeric regime."""
    return telling.words.number(value) if value[:1].isdigit() else telling.words.code(value)


def _name(value: str, telling: Telling) -> str:
    return telling.words.named(value)


def _text(value: Any, telling: Telling) -> str:
    return "; ".join(value) if isinstance(value, list) else str(value)


def _person(value: str, telling: Telling) -> str:
    return value.upper()


_READ: Mapping[str, Reads] = {
    **dict.fromkeys(("total", "posted", "paid", "from_total", "to_total", "difference", "base", "amount", "bonus"), _rupiah),
    **dict.fromkeys(("share_percent", "percent", "percent_of_base", "weight"), _number),
    **dict.fromkeys(("month", "paid_with"), _month),
    "run": _run,
    **dict.fromkeys(("period", "predicate_period", "instead_of"), _period),
    **dict.fromkeys(("since", "until", "on"), _date),
    **dict.fromkeys(("objection_until", "decision_due", "due", "previous"), _last_day),
    "found": _moment,
    **dict.fromkeys(("judgement", "before", "after"), _judgement),
    **dict.fromkeys(("predicate", "when_predicate", "how", "basis", "outcome", "kind", "level", "effect", "pay_basis"), _code),
    **dict.fromkeys(("direction", "aspect", "by"), _code),
    **dict.fromkeys(("item", "items", "target_id"), _items),
    **dict.fromkeys(("post", "unit", "award"), _name),
    "value": _score,
    "name": _component,
    "rule": _sources,
    "sources": _text,
    "decided_by": _person,
}
_OTHERWISE: Mapping[tuple[str, str], Reads] = {
    ("sanction", "basis"): _text,
    ("award", "unit"): _text,
    ("award-lapsed", "unit"): _text,
    ("registered", "kind"): _text,
    ("service-interrupted", "kind"): _interruption,
}
"""Where the same name means something else."""
