"""How test processes share the work: what is made once stays together, the longest begins, and nothing is lost on the way."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tests.support.side_by_side import longest_first, unit_of_work


def item(nodeid: str, *marks: str) -> SimpleNamespace:
    found = dict.fromkeys(marks, True)
    return SimpleNamespace(nodeid=nodeid, path=Path(nodeid.partition("::")[0]), get_closest_marker=found.get)


def test_a_file_is_one_processs_work_and_so_is_a_folder_whose_fixtures_serve_it_whole():
    assert unit_of_work("tests/unit/test_a.py::test_x[b::c/d]") == "tests/unit/test_a.py"
    assert unit_of_work("tests/journey/test_a.py::test_x") == unit_of_work("tests/journey/test_b.py::test_y[1]") == "tests/journey"


def test_the_longest_begins_and_each_unit_stays_whole_and_in_order():
    given = [
        item("tests/contract/test_c.py::test_1"),
        item("tests/deploy/test_d.py::test_1"),
        item("tests/deploy/test_e.py::test_1", "slow"),
        item("tests/integration/test_i.py::test_1"),
        item("tests/journey/test_j.py::test_1"),
        item("tests/unit/test_u.py::test_1"),
        item("tests/unit/test_v.py::test_1"),
        item("tests/unit/test_v.py::test_2", "slow"),
    ]
    found = [one.nodeid for one in longest_first(given)]
    assert found == [given[at].nodeid for at in (4, 1, 2, 6, 7, 3, 0, 5)]
