"""The short form of `make mutants`: of the kernel's values, on which money and terms rest, the tests kill nine mutants of ten."""

from __future__ import annotations

import pytest

from tests.support import side_by_side
from tests.support.mutants import Area, judge

NAMES = ("money", "periods", "rules", "facts", "nip", "ids", "decider", "refusal")
SHORT = Area(
    tuple(f"shared/kernel/{name}.py" for name in NAMES),
    ("tests/unit/test_kernel.py", "tests/unit/test_ids.py"),
)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nine_of_ten_mutants_of_the_kernel_are_killed(tmp_path):
    judged = judge(tmp_path / "copy", SHORT, children=2 if side_by_side.alone() else 1)
    assert judged.killed > 200
    assert judged.share >= 0.9, f"{judged.share:.1%} killed; alive: {', '.join(judged.alive)}"
