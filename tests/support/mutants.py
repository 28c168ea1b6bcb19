"""Mutants of the code, made and judged by mutmut in a copy: whether the tests would notice if the code were another."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[2]
MUTATED = ("shared", "services", "scenario")
READ = ("tests", "deploy", "docs", "examples", "bench", "pyproject.toml", "merit.py", "README.md", "Makefile")
KILLED = ("killed", "timeout", "segfault", "caught by type check")
NO_MUTANT = "no.such.mutant"
"""Mutants are made and tests looked at before any is run."""
TOGETHER = 100
WORDS = (
    r"expected ?=",
    r"found ?=",
    r"remedy ?=",
    r"\bwho = ",
    r"wrong = \(",
    r"_?(wrong|denied|raters)\(",
    r"^\s*f?\"",
    r"raise (Type|Value)Error",
    r"^\s*raise Refused\($",
)
"""Lines that only say something to a person: whether a sentence reads well no test can judge."""


@dataclass(frozen=True)
class Judged:
    """How many mutants the tests killed, and the names of those that live."""

    killed: int
    alive: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of all that were judged, from 0 to 1."""
        return self.killed / max(1, self.killed + len(self.alive))


@dataclass(frozen=True)
class Area:
    """Modules (globs) whose mutants these tests (globs) are to kill."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


def _service(name: str, *more: str) -> Area:
    return Area((f"services/{name}/domain/*.py",), (f"tests/unit/test_{name}_*.py", *more))


TERMS, ROUNDING, SETTINGS = "tests/unit/test_terms_move.py", "tests/unit/test_rounding.py", "tests/unit/test_rule_settings.py"
AREAS = {
    "kernel": Area(
        ("shared/kernel/*.py",),
        (
            "tests/unit/test_kernel.py",
            "tests/unit/test_calendar.py",
            "tests/unit/test_employment.py",
            "tests/unit/test_ids.py",
            ROUNDING,
            SETTINGS,
        ),
    ),
    "payroll": _service("payroll"),
    "personnel": _service("personnel", "tests/unit/test_relations_hold_on_the_day.py", "tests/unit/test_withdrawn_entries.py", SETTINGS),
    "appraisal": _service("appraisal", TERMS, ROUNDING, SETTINGS),
    "feedback": _service("feedback", TERMS, ROUNDING, SETTINGS),
}


def judge(folder: Path, area: Area, children: int = 2, sample: int | None = None) -> Judged:
    """Mutate an area in a copy of the repository in `folder` (new), and run its tests against each mutant that they reach.

    `sample`: so many mutants drawn at random, always the same ones; all without it. AssertionError with mutmut's own words when the
    tests fail without a mutant.
    """
    folder.mkdir(parents=True)
    for name in (*MUTATED, *READ):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"), symlinks=True)
        else:
            shutil.copy(source, folder / name)
    tests = [str(path.relative_to(ROOT)) for pattern in area.tests for path in sorted(ROOT.glob(pattern))]
    (folder / "setup.cfg").write_text(_settings(area.modules, tests), encoding="utf-8")
    told = ""
    if sample is not None:
        told = _mutmut(folder, "run", "--max-children", str(children), NO_MUTANT)
        names = sorted(_states(folder))
        chosen = Random(8).sample(names, min(sample, len(names)))
        for start in range(0, len(chosen), TOGETHER):
            told += _mutmut(folder, "run", "--max-children", str(children), *chosen[start : start + TOGETHER])
    else:
        told = _mutmut(folder, "run", "--max-children", str(children))
    judged = {name: state for name, state in _states(folder).items() if state not in ("not checked", "skipped")}
    killed = [name for name, state in judged.items() if state in KILLED]
    assert killed, told[-6000:]
    return Judged(len(killed), tuple(sorted(judged.keys() - set(killed))))


def _mutmut(folder: Path, *words: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


def _states(folder: Path) -> dict[str, str]:
    """Each mutant's name and what became of it."""
    return dict(re.findall(r"^\s+(\S+): (.+)$", _mutmut(folder, "results", "--all", "true"), re.MULTILINE))


def _settings(modules: Sequence[str], tests: Sequence[str]) -> str:
    def listed(name: str, values: Sequence[str]) -> str:
        return f"{name}=\n" + "".join(f"    {value}\n" for value in values)

    return "".join(
        [
            "[mutmut]\n",
            listed("source_paths", MUTATED),
            listed("only_mutate", modules),
            listed("do_not_mutate_patterns", WORDS),
            listed("pytest_add_cli_args_test_selection", tests),
            listed("pytest_add_cli_args", ("-pno:cacheprovider", "-pno:hypothesispytest")),
            listed("also_copy", READ),
            "track_dependencies=false\nuse_git_change_detection=false\n",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """`python -m tests.support.mutants AREA [SAMPLE]` prints the share that was killed, and who lives."""
    area, sample = arguments[0], int(arguments[1]) if arguments[1:] else None
    if area not in AREAS:
        print(f"expected one of the areas {', '.join(AREAS)}, found {area}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        found = judge(Path(temporary) / "copy", AREAS[area], sample=sample)
    print(f"{area}: {found.killed} of {found.killed + len(found.alive)} killed ({found.share:.1%}); alive:")
    print("\n".join(f"  {name}" for name in found.alive) or "  none")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
