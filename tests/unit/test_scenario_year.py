"""The scenario's files and steps: complete, consistent, accepted by the services' own rules, and playable again without a second effect."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests

from scenario import finding
from scenario.finding import Chosen
from scenario.make_files import spreadsheet
from scenario.mulyorejo import MULYOREJO
from scenario.mulyorejo.year import steps
from scenario.place import SERVICE_OF_RULES, Place
from scenario.play import by_person, journal_in, play, turns
from scenario.siulak import SIULAK
from scenario.steps import Journal, Step, in_order
from services.personnel.domain.nip import check_nip
from shared.client.seat import Refusal, Seat
from shared.http.rule_sets import RuleSetBody
from shared.process.finding import load_service

MONTHS = [f"2026-{number:02d}" for number in range(1, 13)]
PLACES = finding.names()


@pytest.fixture(params=PLACES)
def town(request: pytest.FixtureRequest) -> Place:
    """Each place of the played year in turn."""
    return finding.place(request.param)


def test_every_place_has_units_and_people_of_every_kind(town: Place) -> None:
    people = town.rows("sheets/people.csv")
    kinds = Counter(row["Jenis"] for row in people)
    assert len(people) >= 12 and kinds["PNS"] and kinds["PPPK"] and kinds["CPNS"] == 1
    assert len({row["Unit"] for row in people}) >= 2
    assert {row["Unit"] for row in people} <= {row["Kode Unit"] for row in town.rows("imports/units.csv")}
    assert {role for roles in town.offices.values() for role in roles} >= {"hr", "treasurer", "approver", "admin"}


def test_everybody_appraised_has_an_assessor_and_all_but_the_highest_a_superior_above_him(town: Place) -> None:
    lines = town.lines()
    assert set(town.people()) - set(lines) == {town.officer("approver")}
    assert len([person for person, (_, superior) in lines.items() if not superior]) == 1
    assert all(person != assessor != superior for person, (assessor, superior) in lines.items())


def test_numbers_are_valid_and_invented_and_nobody_has_anothers() -> None:
    people = [row for name in PLACES for row in finding.place(name).rows("sheets/people.csv")]
    assert all(check_nip(row["NIP"], row["Jenis"]) == row["NIP"] and int(row["NIP"][-3:]) >= 900 for row in people)
    assert len({row["NIP"] for row in people}) == len({row["Kode Pegawai"] for row in people}) == len(people)


def test_spreadsheets_hold_what_their_text_says(town: Place) -> None:
    for source in (town.folder / "sheets").glob("*.csv"):
        assert spreadsheet(source) == town.content(f"imports/{source.stem}.xlsx"), f"run python -m scenario.make_files for {source.name}"


def test_rule_sets_are_accepted_and_cite_the_local_regulation_and_the_law(town: Place) -> None:
    for kind, published in town.rules().items():
        rules = RuleSetBody().load(published)
        load_service(SERVICE_OF_RULES[kind]).check_rules[kind](rules["settings"])
        assert "(rekaan)" in rules["sources"][0] and len(rules["sources"]) >= 2


def test_plans_weigh_a_hundred_and_every_month_is_reported() -> None:
    targets = [*MULYOREJO.rows("sheets/targets.csv"), *MULYOREJO.rows("played/own-targets.csv")]
    assert _weights(targets) == dict.fromkeys(MULYOREJO.lines(), 100)
    wanted = {(row["Kode Pegawai"], row["Kode Sasaran"], month) for row in targets for month in MONTHS}
    told = [(row["Kode Pegawai"], row["Kode Sasaran"], row["Bulan"]) for row in MULYOREJO.rows("played/progress.csv")]
    assert sorted(told) == sorted(wanted)


def test_siulaks_plans_weigh_a_hundred_and_every_month_is_handed_in() -> None:
    targets = SIULAK.rows("sheets/targets.csv")
    assert _weights(targets) == dict.fromkeys(SIULAK.lines(), 100)
    for month in MONTHS:
        told = {(row["Kode Pegawai"], row["Kode Sasaran"]) for row in SIULAK.rows(f"imports/achievements-{month}.csv")}
        assert told == {(row["Kode Pegawai"], row["Kode Sasaran"]) for row in targets}


def _weights(targets: list[dict[str, str]]) -> dict[str, int]:
    weights: dict[str, int] = defaultdict(int)
    for row in targets:
        weights[row["Kode Pegawai"]] += int(row["Bobot"])
    return weights


def test_siulaks_colleagues_are_at_least_three_and_not_oneself_or_the_assessor() -> None:
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in SIULAK.rows("played/peers.csv"):
        asked[row["Periode"], row["Dinilai"]].add(row["Penilai"])
    assert {person for period, person in asked if period == "2026"} == set(SIULAK.lines())
    for (_, person), raters in asked.items():
        assert len(raters) >= 3 and not raters & {person, SIULAK.lines()[person][0]}


def test_m1_comes_late_and_stays_away_as_the_table_of_amounts_needs() -> None:
    nip = next(row["NIP"] for row in MULYOREJO.rows("sheets/people.csv") if row["Kode Pegawai"] == "m1")
    found = {}
    for file in [*(MULYOREJO.folder / "imports").glob("attendance-*.csv"), *(MULYOREJO.folder / "sheets").glob("attendance-*.csv")]:
        row = next(row for row in MULYOREJO.rows(str(file.relative_to(MULYOREJO.folder))) if row["NIP"] == nip)
        found[row["Bulan"]] = (int(row["Menit Terlambat"]) + int(row["Menit Pulang Cepat"]), int(row["Hari Tidak Hadir"]))
    assert found == {**dict.fromkeys(MONTHS, (0, 0)), "2026-04": (450, 0), "2026-06": (450, 1)}


def test_s1_was_away_for_twelve_days_in_2025_and_never_in_2026() -> None:
    [absence] = [row for row in SIULAK.rows("imports/yearly-absence-2025.csv") if row["Kode Pegawai"] == "s1"]
    assert absence["Hari Tidak Hadir"] == "12"
    for month in MONTHS:
        [row] = [row for row in SIULAK.rows(f"imports/attendance-{month}.csv") if row["Kode Pegawai"] == "s1"]
        assert [row[name] for name in row if name not in ("Kode Pegawai", "Bulan")] == ["0"] * 5


def test_steps_have_names_of_their_own_and_go_from_the_rules_to_the_last_decisions() -> None:
    year = in_order(steps())
    assert year[0].name == "mulyorejo/rules/allowance" and year[-1].at == datetime.fromisoformat("2027-02-15T09:00+07:00")
    assert next(step.at for step in year if step.name.endswith("objection/2026-Q1/m3")) == datetime.fromisoformat("2026-05-05T00:10+07:00")
    with pytest.raises(ValueError, match="found twice: mulyorejo/rules/allowance"):
        in_order([*year, year[0]])


def test_all_places_are_played_with_one_clock_by_their_own_people() -> None:
    year = finding.steps(finding.chosen("all"))
    assert {step.agency for step in year} == set(PLACES) and finding.chosen("none") == ()
    assert [step.at for step in year] == sorted(step.at for step in year)
    for step in year:
        town = finding.place(step.agency)
        assert step.by in town.people() or step.by in town.clients
        assert step.roles == town.roles(step.by)


def test_a_home_goes_on_with_the_places_that_it_began_with(tmp_path: Path) -> None:
    Chosen(tmp_path).keep(("mulyorejo",), begun=False)
    Chosen(tmp_path).keep(("mulyorejo",), begun=True)
    with pytest.raises(SystemExit, match="expected to go on with the year of mulyorejo"):
        Chosen(tmp_path).keep(PLACES, begun=True)
    assert Chosen(tmp_path).places() == ("mulyorejo",)


def _step(name: str, hour: int, done: list[str], fails: bool = False) -> Step:
    def act(seat: Seat) -> None:
        done.append(name)
        if fails:
            raise ConnectionError(name)

    return Step(name, datetime(2026, 1, 1, hour, tzinfo=UTC), "mulyorejo", "m1", ("employee",), name, act)


def _play(year: list[Step], journal: Journal, moved: list[datetime]) -> int:
    return play(year, addresses={}, token=lambda step: "", advance=moved.append, journal=journal, show=lambda line: None)


def test_an_interrupted_year_goes_on_with_the_step_that_was_not_finished(tmp_path: Path) -> None:
    done: list[str] = []
    moved: list[datetime] = []
    year = [_step("a", 1, done), _step("b", 2, done, fails=True), _step("c", 3, done)]
    with pytest.raises(ConnectionError):
        _play(year, journal_in(tmp_path), moved)
    assert done == ["a", "b"]
    year[1] = _step("b", 2, done)
    assert _play(year, journal_in(tmp_path), moved) == 2 and done == ["a", "b", "b", "c"]
    assert _play(year, journal_in(tmp_path), moved) == 0 and done == ["a", "b", "b", "c"]
    assert [moment.hour for moment in moved] == [1, 2, 2, 3, 3]


def test_people_who_do_the_same_act_side_by_side_and_places_too_all_else_in_order() -> None:
    def one(agency: str, by: str, tells: str) -> Step:
        return replace(_step(f"{agency}/{by}/{tells}", 9, []), agency=agency, by=by, tells=tells)

    imports = [one("a", "hr", "units"), one("a", "hr", "people")]
    reports = [one("a", "a1", "report"), one("a", "a2", "report"), one("a", "a1", "report")]
    elsewhere = [one("b", "b1", "report"), one("b", "hr", "units")]
    found = turns([*imports, *reports, *elsewhere])
    assert found == [[imports[0], elsewhere[0]], [imports[1], elsewhere[1]], reports]
    assert by_person(reports) == [[reports[0], reports[2]], [reports[1]]]


def test_a_torn_last_line_of_the_journal_is_a_step_not_played(tmp_path: Path) -> None:
    first, second = _step("a", 1, []), _step("b", 2, [])
    journal = journal_in(tmp_path)
    journal.played(first)
    file = next(tmp_path.iterdir())
    file.write_text(file.read_text() + '{"step": "b", "a')
    again = journal_in(tmp_path)
    assert first in again and second not in again
    again.played(second)
    assert second in journal_in(tmp_path)


@contextmanager
def _answering(*answers: tuple[int, dict[str, object]]) -> Iterator[tuple[Seat, list[dict[str, str]]]]:
    """A server on this machine that gives these answers in turn, and what it was asked."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked.append({"method": self.command, "path": self.path, "body": body, **dict(self.headers.items())})
            status, said = left.pop(0)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("ETag", f'"{len(asked)}"')
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _reply

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        with requests.Session() as lines:
            yield Seat({"appraisal": f"http://127.0.0.1:{server.server_port}"}, lambda: "t", "m1", "step", lines), asked
    finally:
        server.shutdown()
        server.server_close()


def test_a_command_waits_for_what_only_needs_time_and_keeps_its_key() -> None:
    busy = {"type": "urn:merit:problem:in-progress"}
    with _answering((503, {}), (409, busy), (201, {"status": "filed"})) as (seat, asked):
        assert seat.post("appraisal", "/x", {"a": 1}).body == {"status": "filed"}
    assert len({one["Idempotency-Key"] for one in asked}) == 1 and {one["body"] for one in asked} == {'{"a": 1}'}


def test_a_refusal_says_what_was_expected_found_and_what_to_do() -> None:
    problem = {"type": "urn:merit:problem:x", "expected": "a plan", "found": "none", "remedy": "approve it"}
    with _answering((409, problem)) as (seat, _), pytest.raises(Refusal, match="expected: a plan; found: none; remedy: approve it"):
        seat.post("appraisal", "/x")


def test_who_decides_on_what_he_saw_looks_again_when_it_has_changed() -> None:
    with _answering((200, {}), (412, {}), (200, {}), (201, {})) as (seat, asked):
        seat.on_what_is_shown("appraisal", "/x", "/x/acceptance")
    assert [one.get("If-Match") for one in asked] == [None, '"1"', None, '"3"']


def test_a_list_is_read_to_its_last_page() -> None:
    with _answering((200, {"items": [{"key": "a"}], "next": "n"}), (200, {"items": [{"key": "b"}], "next": None})) as (seat, asked):
        assert [row["key"] for row in seat.items("appraisal", "/x", period="2026-Q1")] == ["a", "b"]
    assert asked[1]["path"] == "/v1/x?period=2026-Q1&cursor=n"


def test_a_job_is_followed_to_its_result_or_its_problem() -> None:
    job = {"id": "j1", "kind": "pay-run", "about": "2026-01", "problem": None}
    going = [(202, job), (200, job | {"status": "running", "done": 1}), (200, job | {"status": "running", "done": 2})]
    with _answering(*going, (200, job | {"status": "done", "done": 3, "result": {"persons": 3}})) as (seat, asked):
        assert seat.ended("appraisal", seat.post("appraisal", "/x")) == {"persons": 3}
    assert [one["path"] for one in asked] == ["/v1/x", *["/v1/jobs/j1"] * 3]
    problem = {"type": "urn:merit:problem:nothing-to-pay", "status": 409, "expected": "somebody", "found": "nobody"}
    with _answering((202, job), (200, job | {"status": "failed", "done": 0, "problem": problem})) as (seat, _):
        with pytest.raises(Refusal, match="pay-run of 2026-01 was answered 409. expected: somebody; found: nobody"):
            seat.ended("appraisal", seat.post("appraisal", "/x"))
    with _answering((201, {"status": "posted"})) as (seat, _):
        assert seat.ended("appraisal", seat.post("appraisal", "/x")) == {"status": "posted"}
