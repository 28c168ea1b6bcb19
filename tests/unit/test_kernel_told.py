"""What the kernel reads and says as text: national tables, and a refusal as a problem (RFC 9457)."""

from __future__ import annotations

from shared.kernel.national import rows
from shared.kernel.refusal import Malformed, Refused


def test_a_table_is_read_by_its_heads_whatever_the_language_and_the_line_ends_in_its_cells(tmp_path):
    (tmp_path / "courses.csv").write_bytes('code,name\na1,"Prajabatan — tahap\r\nkedua"\nb2,Diklat “PIM”\n'.encode())
    assert rows(tmp_path, "courses.csv") == [
        {"code": "a1", "name": "Prajabatan — tahap\r\nkedua"},
        {"code": "b2", "name": "Diklat “PIM”"},
    ]


def test_a_refusal_is_a_problem_with_every_member_and_its_own_facts_beside():
    refused = Refused("plan-not-open", expected="an open plan", found="a closed one", remedy="open another", status=422, since="2026-01-01")
    assert refused.body() == {
        "since": "2026-01-01",
        "type": "urn:merit:problem:plan-not-open",
        "title": "Plan not open",
        "status": 422,
        "detail": "Expected an open plan; found a closed one.",
        "expected": "an open plan",
        "found": "a closed one",
        "remedy": "open another",
    }


def test_a_text_of_another_form_is_refused_in_the_same_words():
    refused = Malformed("a month", "'May'").refused("month-invalid", "correct the month")
    assert (refused.code, refused.expected, refused.found, refused.status) == ("month-invalid", "a month", "'May'", 422)
    assert Malformed("a month").refused("month-invalid", "correct the month").found == "something else"
