"""The short form of `make mutants`: of the kernel, on which money and terms rest, the tests kill nine mutants of ten."""

from __future__ import annotations

import ast
from textwrap import indent

import pytest

from tests.support import side_by_side
from tests.support.mutants import AREAS, ROOT, judge, only_words

OF_EACH = 12
"""Of each module at most so many, which bounds the time: small modules are whole."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nine_of_ten_mutants_of_the_kernel_are_killed(tmp_path):
    judged = judge(tmp_path / "copy", AREAS["kernel"], children=2 if side_by_side.alone() else 1, of_each=OF_EACH)
    modules = [path for path in ROOT.glob("shared/kernel/*.py") if "def " in path.read_text(encoding="utf-8")]
    assert judged.killed > 5 * len(modules)
    assert judged.share >= 0.9, f"{judged.share:.1%} killed; alive: {', '.join(judged.alive)}"


@pytest.mark.parametrize(
    ("code", "mutant", "is_words"),
    [
        ('raise Refused("late", expected="a day", found="none", remedy=f"ask {who}")', ('"none"', '"XXnoneXX"'), True),
        ('raise Refused("late", expected="a day", found="none", remedy=f"ask {who}")', ('"late"', '"LATE"'), False),
        ('raise Refused("late", expected="a day", found="none", remedy=f"ask {who}")', ('expected="a day", ', ""), False),
        ('raise Refused("late", expected="a day", found="none", remedy=f"ask {who}")', ('"a day"', "None"), False),
        ('raise Refused("late", expected="a day", found=f"{days + 1} days")', ("days + 1", "days - 1"), False),
        ('raise ValueError("expected a " "month")', ('"expected a "', '"XXexpected a XX"'), True),
        ('said.wrong("first_day", "a working day", day)', ('"a working day"', '"A WORKING DAY"'), True),
        ('said.wrong("first_day", "a working day", day)', ('"first_day"', '"FIRST_DAY"'), False),
        ('Version(expected=store.version("open"))', ('"open"', '"OPEN"'), False),
        ('Version(expected=version + 1)', ("+", "-"), False),
        ('tx.execute("delete from leases")', ('"delete from leases"', '"XXdelete from leasesXX"'), False),
        ('name = "two words"', ('"two words"', '"TWO WORDS"'), False),
        ('LOG.warning("%s waits", name)', ("name", "None"), False),
        ('raise Moved("moved by another")', ("moved by", "MOVED BY"), True),
        ('raise Moved(told("moved by another"))', ("moved by", "MOVED BY"), False),
    ],
)  # fmt: skip
def test_only_what_is_said_to_a_person_is_left_out(code: str, mutant: tuple[str, str], is_words: bool):
    bodies = {"x_f__mutmut_orig": code, "x_f__mutmut_1": code.replace(*mutant), "x_f__mutmut_2": code}
    assert len(set(map(ast.dump, map(ast.parse, bodies.values())))) == 2
    text = "\n".join(f"def {name}():\n{indent(body, '    ')}" for name, body in bodies.items())
    assert list(only_words(text, "shared.m")) == (["shared.m.x_f__mutmut_1"] if is_words else [])
