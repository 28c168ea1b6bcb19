"""An explanation in words: every kind of step has its sentence in both languages, and targets read as their plan words them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.payroll.domain.explanation import _JUDGED, _kebab
from services.payroll.domain.rules.days import LIFE_STEPS
from services.payroll.heard import AppraisalAccepted, AppraisalCorrected, AppraisalFinalized
from shared.client.explaining import Labels, Telling, in_words, sentence
from shared.words import ENGLISH, INDONESIAN, WORDS, Words

EXPLAINING = sorted(Path("services/payroll/domain").rglob("*.py"))
JAKARTA = ZoneInfo("Asia/Jakarta")
LABELS = {"izin-selesai": "“Menyelesaikan permohonan izin yang lengkap”"}


def _in(words: Words, labels: Labels | None = None) -> Telling:
    return Telling(words, JAKARTA, labels or {})


def test_every_step_that_payroll_explains_with_has_a_sentence() -> None:
    source = "\n".join(path.read_text() for path in EXPLAINING)
    named = set(re.findall(r'\bstep(?:_of)?\("([^"]+)"', source)) | set(re.findall(r'"step": "([^"]+)"', source))
    judged = {*_JUDGED.values(), *(_kebab(one.__name__) for one in (AppraisalAccepted, AppraisalFinalized, AppraisalCorrected))}
    assert (named | judged | set(LIFE_STEPS.values())) - {"cause"} <= INDONESIAN.steps.keys()


STEPS: dict[str, dict[str, Any]] = {
    "calculated": {"total": 3_038_392, "rule_set": "mulyorejo-tpp@1", "job_class": 8},
    "line": {
        "name": "excellence",
        "rule": "predicate-extra",
        "base": 5_755_761,
        "share_percent": "10",
        "percent": "100",
        "amount": 575_576,
    },
    "attendance": {
        "month": "2026-06",
        "minutes_late": 450,
        "minutes_early": 0,
        "days_absent": 1,
        "deductions": [
            {"cause": "late-and-early-minutes", "count": 450, "points": "3"},
            {"cause": "days-absent", "count": 1, "points": "3"},
        ],
    },
    "score": {"item": "izin-selesai", "by": "superior", "value": "below", "achievement_percent": "238/3"},
    "sanction": {
        "kind": "allowance-cut-6",
        "level": "medium",
        "effect": "allowance_cut",
        "percent": 25,
        "since": "2026-04-01",
        "until": "2026-09-30",
        "basis": "PP 94/2021 Pasal 9-11",
        "document": "800/KP/2026-03-10",
        "outcome": "no-local-rule",
    },
    "appraisal-finalized": {"judgement": {"predicate": "baik", "score": "91.20"}, "basis": "decision", "period": "2026-Q1"},
    "objection-term-moved": {"previous": "2026-05-04T17:00:00+00:00", "objection_until": "2026-05-05T17:00:00+00:00"},
    "decision-term-moved": {"previous": "2026-05-06T17:00:00+00:00", "decision_due": "2026-05-07T17:00:00+00:00"},
    "decision-overdue": {"due": "2026-05-07T17:00:00+00:00"},
    "target": {
        "target_id": "izin-selesai", "aspect": "quantity", "unit": "izin", "direction": "higher", "value": "120", "weight": 14,
        "exact_weight": "100/7", "aggregate": "sum", "months": ["2026-06", "2026-12"],
    },
    "progress": {"target_id": "izin-selesai", "month": "2026-02", "value": "37.5"},
    "objection": {"items": ["izin-selesai", "berorientasi_pelayanan"], "decision_due": "2026-05-07T17:00:00+00:00"},
}
TOLD = {
    "calculated": (
        "dihitung: 3.038.392 menurut mulyorejo-tpp@1, kelas jabatan 8",
        "calculated: 3,038,392 under mulyorejo-tpp@1, job class 8",
    ),
    "line": (
        "komponen kinerja istimewa: 5.755.761 × 10 % × 100 % = 575.576 (tambahan menurut predikat)",
        "component excellence: 5,755,761 × 10 % × 100 % = 575,576 (an extra for the predicate)",
    ),
    "attendance": (
        "kehadiran Juni 2026: terlambat 450 menit, pulang cepat 0 menit, tidak hadir 1 hari; nilai disiplin dikurangi "
        "3 (450 menit terlambat dan pulang cepat), 3 (1 hari tidak hadir)",
        "attendance of June 2026: minutes late 450, minutes early 0, days absent 1; taken off the discipline points: "
        "3 (minutes late and early: 450), 3 (days absent: 1)",
    ),
    "score": (
        "nilai “Menyelesaikan permohonan izin yang lengkap” oleh pejabat penilai: di bawah ekspektasi, capaian 79,33 %",
        "“Menyelesaikan permohonan izin yang lengkap” rated by the assessor: below expectation, 79.33 % achieved",
    ),
    "sanction": (
        "hukuman pemotongan tunjangan enam bulan (sedang), potongan TPP 25 % dari 1 April 2026 sampai 30 September 2026, "
        "dasar PP 94/2021 Pasal 9-11 (800/KP/2026-03-10): tidak memotong: menunggu peraturan gaji (PP 94/2021 Pasal 42), dan tidak ada "
        "peraturan setempat",
        "sanction cut of the allowance for six months (medium), a cut of the allowance of 25 % from 1 April 2026 to 30 September 2026, "
        "on the basis of PP 94/2021 Pasal 9-11 (800/KP/2026-03-10): it cuts nothing: a regulation on salaries is awaited "
        "(PP 94/2021 art. 42), and there is no local one",
    ),
    "appraisal-finalized": ("hasil final: Baik (91,20) (diputus atas keberatan)", "final result: good (91.20) (decided on an objection)"),
    "objection-term-moved": (
        "hari kerja berubah: keberatan paling lambat 5 Mei 2026, bukan 4 Mei 2026",
        "the working days changed: an objection was possible until 5 May 2026, not 4 May 2026",
    ),
    "decision-term-moved": (
        "hari kerja berubah: keputusan paling lambat 7 Mei 2026, bukan 6 Mei 2026",
        "the working days changed: to be decided by 7 May 2026, not 6 May 2026",
    ),
    "decision-overdue": ("peringatan: keputusan belum ada sampai 7 Mei 2026", "warning: no decision had come by 7 May 2026"),
    "target": (
        "sasaran “Menyelesaikan permohonan izin yang lengkap” (kuantitas): 120 izin, lebih tinggi lebih baik, bobot 14,29 %, "
        "dihitung sebagai jumlah bulan, diukur pada Juni 2026, Desember 2026",
        "target “Menyelesaikan permohonan izin yang lengkap” (quantity): 120 izin, higher is better, weight 14.29 %, "
        "counted as the sum of the months, measured in June 2026, December 2026",
    ),
    "progress": (
        "realisasi “Menyelesaikan permohonan izin yang lengkap”, Februari 2026: 37,5",
        "progress of “Menyelesaikan permohonan izin yang lengkap”, February 2026: 37.5",
    ),
    "objection": (
        "keberatan diajukan atas “Menyelesaikan permohonan izin yang lengkap”, berorientasi pelayanan; keputusan paling lambat 7 Mei 2026",
        "objection filed against “Menyelesaikan permohonan izin yang lengkap”, service orientation; to be decided by 7 May 2026",
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_in_words_of_both_languages(step: str) -> None:
    told = {"step": step, "data": STEPS[step]}
    assert (sentence(told, _in(INDONESIAN, LABELS)), sentence(told, _in(ENGLISH, LABELS))) == TOLD[step]


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
def test_a_step_without_a_sentence_can_be_seen(words: Words) -> None:
    assert sentence({"step": "something-new", "data": {"a": 1}}, _in(words)) == '‹something-new› {"a": 1}'


def _explained(**parts: Any) -> dict[str, Any]:
    whole = {"employee": "m1", "month": "2026-04", "missing": [], "posted": None, "due": None, "paid": None}
    return {**whole, "differences": [], "adjustments": [], "chain": [], **parts}


def test_what_is_not_known_yet_is_named() -> None:
    missing = [
        {"code": code, "about": about}
        for code, about in (("position", "2026-04-01"), ("attendance", "2026-04"), ("predicate", "2026-Q1"))
    ]
    first, *_ = in_words(_explained(missing=missing), _in(ENGLISH))
    assert first == (
        "M1, allowance of April 2026: cannot be calculated yet, missing: a post that is not an acting one, attendance, a predicate"
    )


def test_what_was_given_back_is_told_without_a_run() -> None:
    cause = {"type": "merit.appraisal.AppraisalCorrected.v1"}
    difference = {"amount": -90_000, "cause": cause, "paid": [{"amount": -50_000, "run": "2026-07"}, {"amount": -40_000, "run": None}]}
    told = list(in_words(_explained(posted=100, due=100, paid=100, differences=[difference]), _in(ENGLISH)))
    assert told[1] == "  a difference of -90,000 because of a corrected result: -50,000 with July 2026, -40,000 given back in person"


def test_a_supplementary_run_is_told_with_its_number() -> None:
    data = {"run": "2026-06.02", "posted": 3_416_441, "paid": 3_416_441, "adjustments": []}
    assert sentence({"step": "posted", "data": data}, _in(ENGLISH)) == "paid with June 2026 (supplementary run 2): 3,416,441"


def test_what_a_run_paid_names_other_months_only_where_it_paid_for_them() -> None:
    data = {"run": "2026-06", "posted": 3_416_441, "paid": 3_416_441, "adjustments": []}
    assert sentence({"step": "posted", "data": data}, _in(ENGLISH)) == "paid with June 2026: 3,416,441"
    more = {**data, "paid": 4_256_549, "adjustments": [{"month": "2026-04", "amount": 840_108}]}
    told = "paid with June 2026: 3,416,441, which differences of other months make 4,256,549"
    assert sentence({"step": "posted", "data": more}, _in(ENGLISH)) == told
    first, *_ = in_words(_explained(posted=3_416_441, due=3_416_441, paid=4_256_549), _in(INDONESIAN))
    assert first.endswith("seharusnya kini 3.416.441, diterima beserta selisih bulan lain 4.256.549")


def test_a_difference_names_its_cause_and_the_run_that_paid_it() -> None:
    difference = {
        "amount": 420_054,
        "cause": {"type": "merit.appraisal.ObjectionDecided.v1"},
        "paid": [{"amount": 420_054, "run": "2026-06"}],
    }
    told = list(in_words(_explained(posted=3_038_392, due=3_458_446, paid=3_038_392, differences=[difference]), _in(INDONESIAN)))
    assert told[:2] == [
        "M1, TPP April 2026: dibayarkan 3.038.392, seharusnya kini 3.458.446",
        "  selisih 420.054 karena keputusan atas keberatan: 420.054 bersama Juni 2026",
    ]


def test_a_line_that_gave_way_says_so() -> None:
    data = {"name": "discipline", "rule": "discipline-points", "base": 3_086_335, "share_percent": "30", "percent": "100"}
    assert sentence({"step": "line", "data": {**data, "amount": 925_900, "gave_way": 1}}, _in(INDONESIAN)) == (
        "komponen disiplin: 3.086.335 × 30 % × 100 % = 925.900 (nilai disiplin dari kehadiran; 1 rupiah memberi jalan, "
        "agar jumlah baris tidak melebihi besaran dasar)"
    )
