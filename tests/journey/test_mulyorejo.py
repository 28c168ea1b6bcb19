"""Mulyorejo's year from its first rule to its last rupiah, played as its people play it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from typing import Any

import pytest

from scenario.mulyorejo import MULYOREJO
from shared.local.home import ROOT
from tests.support.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(1200)]

EXPECTED_OF_M1 = {
    # month: lines, due now
    "2026-04": ((1_680_217, 1_358_175), 3_458_446),
    "2026-05": ((1_680_217, 1_400_181), 3_500_452),
    "2026-06": ((2_100_271, 1_316_170), 3_416_441),
}


@pytest.mark.parametrize("month", EXPECTED_OF_M1)
def test_m1_is_posted_and_due_to_the_rupiah(embedded_year: Year, month: str) -> None:
    lines, due = EXPECTED_OF_M1[month]
    row = embedded_year.row("M1", month)
    assert tuple(line["amount"] for line in row["lines"]) == lines
    assert (row["posted"], row["due"]) == (sum(lines), due)


def test_the_run_of_june_pays_m1_both_differences(embedded_year: Year) -> None:
    row = embedded_year.row("M1", "2026-06")
    decided = [
        event for event in embedded_year.events if event["type"] == "merit.appraisal.ObjectionDecided.v1" and event["subject"] == "m1"
    ]
    assert row["paid"] == 4_256_549
    assert row["adjustments"] == [
        {"month": month, "amount": 420_054, "cause": decided[0]["id"], "cause_type": "merit.appraisal.ObjectionDecided.v1"}
        for month in ("2026-04", "2026-05")
    ]


def test_what_is_paid_over_the_year_is_what_is_due(embedded_year: Year) -> None:
    """Mulyorejo ends with nothing outstanding: every posted month of every person, and its adjustments, add up to the entitlements."""
    paid, due = Counter(), Counter()
    for row in embedded_year.rows:
        paid[row["person"]] += row["paid"]
        due[row["person"]] += row["due"]
    assert paid == due and len(embedded_year.rows) == 12 * len(MULYOREJO.lines())


def test_a_rejected_objection_changes_nothing(embedded_year: Year) -> None:
    for month in ("2026-04", "2026-05", "2026-06"):
        row = embedded_year.row("M2", month)
        assert row["posted"] == row["due"] == row["paid"] and not row["adjustments"]
    shown = embedded_year.ask("GET", "appraisal", "/appraisals/m2/2026-Q1/objection", "m2").json()
    assert shown["decision"]["outcome"] == "rejected" and shown["decision"]["reasons"] and not shown["overdue"]


def test_an_objection_ten_minutes_late_is_recorded_as_refused_with_what_else_to_do(embedded_year: Year) -> None:
    shown = embedded_year.ask("GET", "appraisal", "/appraisals/m3/2026-Q1/objection", "m3").json()
    assert shown["status"] == "refused" and shown["remedy"]
    events = [event for event in embedded_year.events if event["type"] == "merit.appraisal.ObjectionRefused.v1"]
    assert [event["subject"] for event in events] == ["m3"]
    appraisal = embedded_year.ask("GET", "appraisal", "/appraisals/m3/2026-Q1", "m3").json()
    assert (appraisal["status"], appraisal["basis"]) == ("final", "silence")


def test_the_explanation_leads_from_the_rupiah_to_the_target(embedded_year: Year) -> None:
    told = json.loads(embedded_year.merit("explain", "m1", "2026-04", "--json"))
    known = {event["id"]: event for event in embedded_year.events}
    found = {step["step"] for step in told["chain"]}
    wanted = {"target", "progress", "score", "attendance", "position", "rule-set", "objection", "decision-overdue", "decision"}
    assert wanted | {"appraisal-delivered", "line", "posted", "adjusted"} <= found
    assert all(known[step["event"]]["type"] == step["type"] for step in told["chain"] if "event" in step)
    assert [difference["amount"] for difference in told["differences"]] == [420_054]
    assert told["differences"][0]["paid"][0]["run"] == "2026-06"
    read = embedded_year.merit("explain", "m1", "2026-04")
    assert "peringatan: keputusan belum ada sampai 7 Mei 2026" in read and "mulyorejo-tpp@1" in read


def test_every_proposal_came_from_events_and_was_decided_by_the_official(embedded_year: Year) -> None:
    rows = embedded_year.ask("GET", "personnel", "/proposals", "m15", "hr").json()["items"]
    assert {(row["employee"], row["kind"], row["status"], row["decided_by"]) for row in rows} == {
        ("m4", "role", "approved", "m19"),
        ("m5", "mentor", "approved", "m19"),
        ("m6", "study", "approved", "m19"),
        ("m7", "coaching", "approved", "m19"),
    }
    known = {event["id"] for event in embedded_year.events}
    assert all(reason["event"] in known for row in rows for reason in row["reasons"])
    followed = Counter(event["subject"] for event in embedded_year.events if event["type"] == "merit.personnel.GuidanceFollowed.v1")
    assert followed == {"m5": 2, "m7": 2}


def test_the_means_of_the_process_are_published_and_no_single_answer_is(embedded_year: Year) -> None:
    published = [event for event in embedded_year.events if event["source"].endswith("/feedback")]
    kinds = Counter(event["type"].split(".")[2] for event in published)
    assert kinds == {"RuleSetPublished": 1, "ProcessFeedbackPublished": 4}
    assert all(event["data"]["n"] == 19 for event in published if "n" in event["data"])


def test_no_published_event_tells_a_name_a_nip_or_what_somebody_wrote(embedded_year: Year) -> None:
    people = MULYOREJO.rows("sheets/people.csv")
    written = {row["Kendala"] for row in MULYOREJO.rows("played/progress.csv")} | {
        row["Uraian"] for row in MULYOREJO.rows("sheets/targets.csv")
    }
    secret = {row["Nama"] for row in people} | {row["NIP"] for row in people} | (written - {""})
    everything = json.dumps(embedded_year.events, ensure_ascii=False)
    assert [told for told in secret | {"padam sembilan hari", "Berita acara"} if told in everything] == []
    assert len(embedded_year.events) > 2_000


def test_the_report_tells_why(embedded_year: Year) -> None:
    for told in (
        "M1 Juni 2026: dibayar 4.256.549, di dalamnya 840.108 selisih.",
        "420.054 untuk April 2026: 3.038.392 menjadi 3.458.446, karena keputusan atas keberatan.",
        "Peringatan: tanggal itu lewat tanpa keputusan",
        "M3 atas triwulan I 2026: tidak diterima karena terlambat. Hari terakhir 4 Mei 2026, masuk 5 Mei 2026 00.10",
        "./merit explain m1 2026-04",
    ):
        assert told in embedded_year.told
    assert "Granted 11 June 2026" in embedded_year.merit("scenario", "report", "--lang", "en")


def test_another_government_keeps_a_table_of_finalised_predicates(kafka_year: Year, tmp_path: Any) -> None:
    """The example subscriber joins late, on Mulyorejo's open topic, and reaches the table that the appraisals show."""
    kafka_year.merit("grant", "mulyorejo", "appraisal")
    known = {
        (row["employee"], row["period"]): row["predicate"]
        for period in ("2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4")
        for row in kafka_year.ask("GET", "appraisal", f"/appraisals?period={period}", "m15", "hr").json()["items"]
    }
    table, address = tmp_path / "table.sqlite", kafka_year.run["bus"].removeprefix("kafka://")
    with (tmp_path / "subscriber.log").open("w") as out:
        command = [sys.executable, str(ROOT / "examples" / "subscriber.py"), address, str(table)]
        for _ in range(20):  # until the worker has opened the topic, the subscriber says that there is none, and ends
            subscriber = subprocess.Popen(command, stdout=out, stderr=out)
            with suppress(subprocess.TimeoutExpired):
                subscriber.wait(5)
                continue
            break
    try:
        for _ in range(300):
            with closing(sqlite3.connect(table)) as read:
                rows = read.execute("select employee, period, predicate from predicates").fetchall()
            found = {(employee, period): predicate for employee, period, predicate in rows}
            if found == known:
                break
            time.sleep(0.1)
        assert found == known and len(known) == 95
    finally:
        subscriber.kill()
        subscriber.wait()
