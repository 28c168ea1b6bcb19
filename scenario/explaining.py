"""One allowance explained in a terminal: each step from the rupiah back to the target, with the event that it rests on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests

from scenario.client import Seat
from scenario.words import INDONESIAN as WORDS

Step = Mapping[str, Any]

SENTENCES = {
    "calculated": "dihitung: {total} menurut {rule_set}, kelas jabatan {job_class}",
    "posted": "dibayarkan dalam {run}: {posted}, dengan selisih bulan lain menjadi {paid}",
    "adjusted": "dihitung ulang: {from_total} menjadi {to_total}, selisih {difference}",
    "line": "komponen {name}: {base} × {share_percent} % × {percent} % = {amount} ({rule})",
    "rule-set": "aturan {rule_set}",
    "position": "jabatan {post}, kelas {job_class}, sejak {since} ({document})",
    "attendance": "kehadiran {month}: terlambat {minutes_late} menit, pulang cepat {minutes_early} menit, tidak hadir {days_absent} hari",
    "predicate": "predikat {period}: {predicate}, membayar {percent} %",
    "appraisal-imported": "predikat {period} dari sistem lama: {predicate}",
    "appraisal-delivered": "hasil {period} disampaikan: {judgement}; keberatan paling lambat {objection_until}",
    "appraisal-accepted": "hasil {period} diterima ({how})",
    "objection": "keberatan diajukan atas {items}; keputusan paling lambat {decision_due}",
    "objection-refused": "keberatan terlambat: hari terakhir {due}, masuk {found}",
    "decision-overdue": "peringatan: keputusan belum ada sampai {due}",
    "decision": "keberatan {outcome} ({document}) oleh {decided_by}: {before} menjadi {after}",
    "appraisal-finalized": "hasil final: {judgement} ({basis})",
    "appraisal-corrected": "pembetulan ({document}): {before} menjadi {after}",
    "score": "nilai {item} oleh {by}: {value}{achieved}",
    "target": "sasaran {target_id} ({aspect}): {value} {unit}, {direction}, bobot {weight} %",
    "progress": "realisasi {target_id} {month}: {value}",
    "sanction": "hukuman {kind} ({level}), {effect} {percent} % dari {since} sampai {until}, dasar {basis} ({document}): {outcome}",
    "sanction-lifted": "hukuman {sanction} dicabut mulai {on} ({document})",
    "award": "penghargaan {award} {year}: bonus {bonus}, dibayar bersama {paid_with} ({document})",
    "extra": "komponen tambahan {name}: {percent_of_base} % besaran dasar untuk predikat {when_predicate}",
}
_MONEY = {"total", "posted", "paid", "from_total", "to_total", "difference", "base", "amount", "bonus"}
_OUTCOME = {
    "granted": "dikabulkan",
    "rejected": "ditolak",
    "superior": "atasan",
    "self": "diri sendiri",
    "result": "hasil kerja keseluruhan",
    "higher": "lebih tinggi lebih baik",
    "lower": "lebih rendah lebih baik",
    "cut": "memotong bulan ini",
    "lifted": "sudah dicabut",
    "heavier-one-counts": "tidak memotong: yang lebih berat yang berlaku",
    "no-local-rule": "tidak memotong: menunggu peraturan gaji (PP 94/2021 Pasal 42), dan tidak ada peraturan setempat",
    "sanction": "potongan hukuman",
    "sanction-cut": "peraturan setempat",
    "peers": "rekan",
}
_TERMS = {"objection_until", "decision_due", "due"}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T")
_WIDE = 24
ZONE = ZoneInfo("Asia/Jakarta")


def explain(addresses: Mapping[str, str], token: str, employee: str, month: str, *, as_json: bool = False) -> str:
    """The explanation of a month's allowance as text. Raises Refusal when payroll has none to give."""
    with requests.Session() as lines:
        seat = Seat(addresses, lambda: token, employee, "explain", lines, patience=5)
        told = seat.get("payroll", f"/allowances/{employee}/{month}/explanation").body
    return json.dumps(told, ensure_ascii=False, indent=1) if as_json else "\n".join(_told(told))


def _told(told: Mapping[str, Any]) -> Iterator[str]:
    amounts = {"dibayarkan": told["posted"], "seharusnya kini": told["due"], "diterima dengan selisih": told["paid"]}
    shown = ", ".join(f"{name} {WORDS.rupiah(amount)}" for name, amount in amounts.items() if amount is not None)
    yield f"{told['employee']} {told['month']}: {shown or 'belum dapat dihitung: ' + '; '.join(told['missing'])}"
    for difference in told["differences"]:
        paid = ", ".join(f"{WORDS.rupiah(part['amount'])} dalam {part['run']}" for part in difference["paid"]) or "belum dibayar"
        yield f"  selisih {WORDS.rupiah(difference['amount'])} karena {_type(difference['cause']['type'])}; {paid}"
    for part in told["adjustments"]:
        yield f"  di dalamnya {WORDS.rupiah(part['amount'])} untuk {part['month']}"
    for step in told["chain"]:
        when = datetime.fromisoformat(step["recorded"]).astimezone(ZONE).strftime("%Y-%m-%d %H:%M") if "recorded" in step else ""
        yield f"  {when:<16}  {sentence(step)}" + (f"  [{step['event']}]" if step.get("event") else "")


def sentence(step: Step) -> str:
    """A step in words; one that has no sentence yet shows its data."""
    form = SENTENCES.get(step["step"])
    if form is None:
        return f"{step['step']:<{_WIDE}}{json.dumps(step['data'], ensure_ascii=False)}"
    parts = {name: _part(name, value) for name, value in step["data"].items()}
    reached = step["data"].get("achievement_percent")
    parts["achieved"] = f", capaian {WORDS.number(reached)} %" if reached else ""
    return form.format(**parts)


def _part(name: str, value: Any) -> str:
    if name in _MONEY and isinstance(value, int):
        return WORDS.rupiah(value)
    if isinstance(value, Mapping) and "predicate" in value:
        return WORDS.code(value["predicate"])
    if isinstance(value, list):
        return ", ".join(WORDS.code(str(one)) for one in value)
    if value is None:
        return "–"
    if not isinstance(value, str):
        return str(value)
    if name in _TERMS:
        return WORDS.last_day(value, ZONE)
    if _MOMENT.match(value):
        return WORDS.day(value, ZONE, hour=True)
    return WORDS.code(_OUTCOME.get(value, value))


def _type(name: str) -> str:
    return WORDS.code(name.split(".")[-2])
