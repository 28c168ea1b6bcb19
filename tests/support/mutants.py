"""Mutants of the code, made and judged by mutmut in a copy: whether the tests would notice if the code were another."""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import Any

from tests.support import servers

ROOT = Path(__file__).parents[2]
MUTATED = ("shared", "services", "scenario")
READ = ("tests", "deploy", "docs", "examples", "bench", "pyproject.toml", "merit.py", "README.md", "Makefile")
KILLED = ("killed", "timeout", "segfault", "caught by type check")
SEED = 8
NO_MUTANT = "no.such.mutant"
"""Mutants are made and tests looked at before any is run."""
TOGETHER = 200
SAID = ("expected", "found", "remedy")
"""The parts of a refusal that are sentences."""
SAYS = re.compile(r"Refused|(\w+\.)?_?wrong|_denied|_raters|LOG\.\w+")
"""What is called to say something, beside what is raised."""


@dataclass(frozen=True)
class Judged:
    """Of `made` mutants `words` only change a sentence and are not judged; of those that were drawn, how many died and which live."""

    made: int
    words: int
    killed: int
    alive: tuple[str, ...]

    @property
    def share(self) -> float:
        """Of all that were judged, from 0 to 1."""
        return self.killed / max(1, self.killed + len(self.alive))


@dataclass(frozen=True)
class Area:
    """Modules (globs) whose mutants these tests (globs) are to kill; `database`: the tests need PostgreSQL.

    `without`: words in the names of tests that take too long for every mutant. `patience`: the tests count as hung after so many times
    as long as they take without a mutant, and a second.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    database: bool = False
    without: tuple[str, ...] = ()
    patience: int = 6


def _service(name: str, *more: str) -> Area:
    return Area((f"services/{name}/domain/*.py",), (f"tests/unit/test_{name}_*.py", *more))


TERMS, ROUNDING, SETTINGS = "tests/unit/test_terms_move.py", "tests/unit/test_rounding.py", "tests/unit/test_rule_settings.py"
KNOWLEDGE, VIEWS, REBUILD = "tests/contract/test_knowledge.py", "tests/integration/test_views.py", "tests/integration/test_rebuild.py"
LONG = ("kafka", "frozen_worker", "of_another_shape_is_not_written_until", "rebuild_that_was_interrupted", "bus_made_anew", "eight_writers")
AREAS = {
    "kernel": Area(
        ("shared/kernel/*.py",),
        (
            "tests/unit/test_kernel.py",
            "tests/unit/test_kernel_exactly.py",
            "tests/unit/test_kernel_told.py",
            "tests/unit/test_calendar.py",
            "tests/unit/test_employment.py",
            "tests/unit/test_ids.py",
            "tests/unit/test_withdrawn_entries.py",
            "tests/unit/test_relations_hold_on_the_day.py",
            "tests/unit/test_http_cells.py",
            SETTINGS,
        ),
        patience=3,
    ),
    "flow": Area(
        ("shared/flow/*.py",),
        (
            *(f"tests/integration/test_flow{name}.py" for name in ("", "_newly_heard", "_pieces", "_poison", "_timers")),
            "tests/integration/test_relay_checkpoint.py",
            "tests/contract/test_flow_parts.py",
            KNOWLEDGE,
            VIEWS,
            REBUILD,
        ),
        database=True,
        without=LONG,
        patience=3,
    ),
    "store": Area(
        ("shared/store/*.py",),
        ("tests/integration/test_store.py", "tests/contract/test_store_parts.py", KNOWLEDGE),
        database=True,
        without=LONG,
        patience=3,
    ),
    "views": Area(("shared/views/*.py",), ("tests/contract/test_view_parts.py", VIEWS, KNOWLEDGE), database=True, without=LONG, patience=3),
    "payroll": _service("payroll"),
    "personnel": _service("personnel", "tests/unit/test_relations_hold_on_the_day.py", "tests/unit/test_withdrawn_entries.py", SETTINGS),
    "appraisal": _service("appraisal", TERMS, ROUNDING, SETTINGS),
    "feedback": _service("feedback", TERMS, ROUNDING, SETTINGS),
}


def judge(
    folder: Path, area: Area, *, children: int = 2, sample: int | None = None, of_each: int | None = None, seed: int = SEED
) -> Judged:
    """Mutate an area in a copy of the repository in `folder` (new), and run its tests against each mutant that they reach.

    `sample`: so many mutants drawn at random, `of_each`: at most so many of each module; the same ones for the same seed, all without
    both. AssertionError with mutmut's own words when the tests fail without a mutant.
    """
    folder.mkdir(parents=True)
    for name in (*MUTATED, *READ):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", ".*"), symlinks=True)
        else:
            shutil.copy(source, folder / name)
    tests = [str(path.relative_to(ROOT)) for pattern in area.tests for path in sorted(ROOT.glob(pattern))]
    (folder / "setup.cfg").write_text(_settings(area, tests), encoding="utf-8")
    with servers.postgres(folder / "postgres", print) if area.database else nullcontext() as server:
        given = {"DATABASE_URL": server.address} if server else {}
        told = _mutmut(folder, given, "run", "--max-children", str(children), NO_MUTANT)
        made = sorted(_states(folder))
        words = {name for path in _mutated(folder, area) for name in only_words(path.read_text(encoding="utf-8"), _module(folder, path))}
        chosen = _drawn([name for name in made if name not in words], sample, of_each, Random(seed))
        for start in range(0, len(chosen), TOGETHER):
            told += _mutmut(folder, given, "run", "--max-children", str(children), *chosen[start : start + TOGETHER])
    states = _states(folder)
    killed = [name for name in chosen if states[name] in KILLED]
    assert killed and not any(states[name] == "not checked" for name in chosen), told[-6000:]
    return Judged(len(made), len(words), len(killed), tuple(name for name in chosen if name not in set(killed)))


def _drawn(names: Sequence[str], sample: int | None, of_each: int | None, random: Random) -> list[str]:
    if of_each is not None:
        modules: dict[str, list[str]] = {}
        for name in names:
            modules.setdefault(name.rpartition(".")[0], []).append(name)
        names = [name for those in modules.values() for name in random.sample(those, min(of_each, len(those)))]
    return sorted(names if sample is None else random.sample(names, min(sample, len(names))))


def only_words(mutated: str, module: str) -> Iterator[str]:
    """The names of the mutants in a file of mutmut's that differ from the code only within a sentence that is said to a person.

    A sentence is a literal in a refusal's `expected`, `found` or `remedy`, or a literal with a space that an error, a refusal or the
    log is made with. A sentence that is left out, and a value that stands in one, is no such mutant.
    """
    functions = _functions(mutated)
    for name, function in functions.items():
        original, is_mutant, number = name.rpartition("__mutmut_")
        if is_mutant and number.isdecimal():
            changes = list(_changes(functions[f"{original}__mutmut_orig"].body, function.body, said=None))
            if changes and all(changes):
                yield f"{module}.{name}"


def _changes(one: Any, other: Any, said: str | None) -> Iterator[bool]:
    """For each place in which two pieces of code differ, whether it lies within a sentence.

    `said`: what of a text is one where the pieces stand: "all" of it, what is "spaced", nothing (None), or "raised": the pieces are raised.
    """
    if isinstance(one, list) and isinstance(other, list):
        for first, second in zip_longest(one, other):
            yield from _changes(first, second, said)
    elif type(one) is not type(other):
        yield False
    elif isinstance(one, ast.Constant):
        if one.value != other.value:
            texts = isinstance(one.value, str) and isinstance(other.value, str)
            yield texts and (said == "all" or (said == "spaced" and " " in one.value))
    elif isinstance(one, ast.AST):
        if isinstance(one, ast.Call):
            said = "spaced" if said == "raised" or SAYS.fullmatch(ast.unparse(one.func)) else None
        elif isinstance(one, ast.keyword) and one.arg in SAID:
            said = "all"
        elif isinstance(one, ast.Raise):
            said = "raised"
        for name in one._fields:
            yield from _changes(getattr(one, name), getattr(other, name), said)
    elif one != other:
        yield False


def _change(folder: Path, mutant: str) -> str:
    """The mutant's name and the lines that it changes."""
    module, _, name = mutant.rpartition(".")
    text = (folder / "mutants" / Path(*module.split("."))).with_suffix(".py").read_text(encoding="utf-8")
    original, functions = f"{name.rpartition('__mutmut_')[0]}__mutmut_orig", _functions(text)
    before, after = (ast.get_source_segment(text, functions[one]).replace(one, "").splitlines() for one in (original, name))
    return "\n".join([mutant, *(line for line in difflib.ndiff(before, after) if line[0] in "-+")])


def _functions(text: str) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    return {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _mutated(folder: Path, area: Area) -> list[Path]:
    return [path for pattern in area.modules for path in sorted((folder / "mutants").glob(pattern))]


def _module(folder: Path, path: Path) -> str:
    return ".".join(path.relative_to(folder / "mutants").with_suffix("").parts)


def _mutmut(folder: Path, given: dict[str, str], *words: str) -> str:
    """`given`: what is added to the environment, from which a process that shares its tests with others (pytest-xdist) takes itself out."""
    command = [str(Path(sys.executable).with_name("mutmut")), *words]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")} | given
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr


def _states(folder: Path) -> dict[str, str]:
    """Each mutant's name and what became of it."""
    return dict(re.findall(r"^\s+(\S+): (.+)$", _mutmut(folder, {}, "results", "--all", "true"), re.MULTILINE))


def _settings(area: Area, tests: Sequence[str]) -> str:
    def listed(name: str, values: Sequence[str]) -> str:
        return f"{name}=\n" + "".join(f"    {value}\n" for value in values)

    fast = ["-knot " + " and not ".join(area.without)] if area.without else []
    return "".join(
        [
            "[mutmut]\n",
            listed("source_paths", MUTATED),
            listed("only_mutate", area.modules),
            # Every test of the store runs on what the migrations made.
            listed("do_not_mutate", ("*/migrations/*",)),
            listed("pytest_add_cli_args_test_selection", tests),
            listed(
                "pytest_add_cli_args",
                ("-pno:cacheprovider", "-pno:hypothesispytest", "-pno:unraisableexception", "-mnot kafka and not fault", *fast),
            ),
            listed("also_copy", READ),
            f"timeout_multiplier={float(area.patience)}\ntrack_dependencies=false\nuse_git_change_detection=false\n",
        ]
    )


def main(arguments: Sequence[str]) -> int:
    """Prints how many died of an area's mutants, and each that lives as a change of the code. 2 for an area that is none."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.mutants", description=main.__doc__)
    parser.add_argument("area", choices=AREAS)
    parser.add_argument("sample", type=int, nargs="?", help="so many drawn at random (default: all of the area)")
    parser.add_argument("--of-each", type=int, help="at most so many of each module")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed draws others (default: %(default)s)")
    parser.add_argument("--children", type=int, default=2, help="how many run at once (default: %(default)s)")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "copy"
        area = AREAS[asked.area]
        found = judge(folder, area, children=asked.children, sample=asked.sample, of_each=asked.of_each, seed=asked.seed)
        shown = [_change(folder, name) for name in found.alive]
    print(f"{asked.area}: {found.made} mutants, {found.words} of them only change a sentence and are left out; seed {asked.seed}")
    print(f"{found.killed} of {found.killed + len(found.alive)} killed ({found.share:.1%}) in {time.monotonic() - began:.0f} s; alive:")
    print("\n".join(shown) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
