"""The house rules that no tool of others checks: the same rooms in every service, a purpose on every first line, nothing of one machine."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.support import picture

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"(?m)^\| `([a-z_/*]+)(?:\.py)?` \| .+ \|$", (ROOT / "docs" / "design.md").read_text(encoding="utf-8"))
"""The rooms that the design names: ``services/*/heard`` of any service, ``services/personnel/vault`` of one, ``shared/kernel``."""
OURS = (".ci", ".github")  # folders that begin with a dot and are part of the repository

# Put together from pieces, so that this file does not find itself.
HOMES = ("home", "root", "work", "Users")
HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("maven", "org"), ("repo.maven.apache", "org"), ("npmjs", "org"), ("golang", "org"))
OPTIONS = ("index-url", "find-links", "trusted-host")
PLACES = re.compile(r"(?<![\w.$}/-])/(?:" + "|".join(HOMES) + r")/[\w.]")
ADDRESSES = [*(re.escape(".".join(host)) + r"\b" for host in HOSTS), *(f"--(?:extra-)?{option}" for option in OPTIONS)]
BACK_DOORS = re.compile(r"\bknowledge\._?(?:tx|service)\b|\b(?:now|recorded|effective|\w+_at|moment)\.(?:date\(\)|year\b|month\b|day\b)")
REGISTRIES = re.compile("|".join(ADDRESSES))
QUAINT = (
    "who|ever whom|ever whoso|ever there|of where|of where|in when|ce then|ce hi|ther whi|ther thi|ther be|times nou|ght nau|ght un|to"
    " al|beit forth|with hence|forth le|st for|_want_of none_pays|_any_more"
)
QUAINT_PHRASES = [one.replace("|", "").replace("_", " ") for one in QUAINT.split()]
ARCHAIC = re.compile(r"\b(?:" + "|".join(QUAINT_PHRASES) + r")\b", re.IGNORECASE)
PROSE = (".py", ".md", ".sql", ".yaml", ".toml")


def rooms_of(folder: Path) -> set[str]:
    """The rooms in a folder: its modules and folders, without what is made."""
    found = (one for one in folder.iterdir() if one.name != "__init__.py" and not one.name.startswith((".", "__")))
    return {one.stem for one in found if one.suffix == ".py" or one.is_dir()}


def strange_rooms(service: Path, named: list[str] = NAMED) -> list[str]:
    """The rooms of a service that the design does not name: neither as any service's nor as its own."""
    return sorted(room for room in rooms_of(service) if not {f"services/*/{room}", f"services/{service.name}/{room}"} & set(named))


def empty_rooms(service: Path) -> list[str]:
    """Rooms in which nothing is."""
    texts = {one: one.read_text(encoding="utf-8").strip() for one in service.rglob("*.py")}
    bare = [one for one, text in texts.items() if not text and one.name != "__init__.py"]
    hollow = [one.parent for one in texts if one.name == "__init__.py" and not texts[one] and not any(p != one for p in _kept(one.parent))]
    return sorted(str(one.relative_to(service)) for one in (*bare, *hollow))


def _kept(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.name != "__pycache__")


def purposeless(module: Path) -> bool:
    """Whether a module says not in its first line what it is for; an `__init__.py` may be empty."""
    text = module.read_text(encoding="utf-8")
    if not text.strip():
        return module.name != "__init__.py"
    return not (ast.get_docstring(ast.parse(text)) or "").strip() or not text.splitlines()[0].startswith(('"""', "#!"))


def tied_to_a_machine(text: str) -> list[str]:
    """The paths of one machine and the addresses of package registries in a file's text."""
    return [match.group() for pattern in (PLACES, REGISTRIES) for match in pattern.finditer(text)]


def files() -> Iterator[Path]:
    """All files of the repository, without what is made from them (folders that begin with a dot, compiled modules)."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name != "__pycache__" and (not name.startswith(".") or name in OURS)]
        yield from (Path(folder, name) for name in names if name != ".git")  # a file in a second work tree


def services() -> list[Path]:
    return sorted(place.parent for place in ROOT.glob("services/*/__init__.py"))


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_a_service_has_rooms_that_the_design_names_and_no_empty_one(service):
    assert strange_rooms(service) == [] and empty_rooms(service) == []
    assert {"service", "contracts"} <= rooms_of(service)


def test_the_design_names_rooms_that_exist():
    assert len(NAMED) == len(set(NAMED)) > 30
    for name in NAMED:
        assert any(path.is_dir() or path.with_suffix(".py").is_file() for path in _places(name)), name
    assert {f"shared/{room}" for room in rooms_of(ROOT / "shared")} == {name for name in NAMED if name.startswith("shared/")}
    top = {one.name for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith((".", "__"))} - {"build"}
    assert top == {name.partition("/")[0] for name in NAMED}


def _places(name: str) -> list[Path]:
    """Where a room may lie, as folder or (without its ending) as module."""
    if "*" not in name:
        return [ROOT / name]
    return [service / name.rpartition("/")[2] for service in services()]


def test_the_picture_of_imports_is_what_the_code_imports():
    """Where this fails, look at what the new arrow means; if it is meant, `python -m tests.support.picture` draws it."""
    assert picture.PLACE.read_text(encoding="utf-8") == picture.text()


def used_by_one(found: picture.Edges) -> dict[str, str]:
    """Modules of `shared/` that nobody imports but one service."""
    users = {one: {".".join(other.split(".")[:2]) for other in found if one in found[other]} for one in found if one.startswith("shared.")}
    return {one: next(iter(by)) for one, by in users.items() if len(by) == 1 and next(iter(by)).startswith("services.")}


def test_what_one_service_alone_uses_lies_in_that_service():
    assert used_by_one(picture.modules()) == {}


def test_every_service_is_in_the_list_by_which_ports_are_given():
    assert sorted(import_module("services").ORDER) == [service.name for service in services()]


def test_every_module_says_its_purpose_first():
    assert [str(path.relative_to(ROOT)) for path in files() if path.suffix == ".py" and purposeless(path)] == []


def test_no_module_outgrows_its_file():
    """A room that needs more than 400 lines becomes a folder; a suite of tests with one body may be longer."""
    modules = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] != "tests"]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_no_file_is_tied_to_a_machine_or_names_a_registry():
    found = {}
    for path in files():
        try:
            tied = tied_to_a_machine(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a spreadsheet
        if tied:
            found[str(path.relative_to(ROOT))] = tied
    assert found == {}


def archaic(text: str) -> list[str]:
    """The words and phrases in a text that nobody writes today; they stand for a subject that the sentence should name."""
    return [match.group() for match in ARCHAIC.finditer(text)]


def test_prose_is_plain_and_modern():
    texts = {path: path.read_text(encoding="utf-8") for path in files() if path.suffix in PROSE}
    assert {str(path.relative_to(ROOT)): archaic(text) for path, text in texts.items() if archaic(text)} == {}


def test_an_archaic_phrase_is_found_in_any_case_and_only_as_a_whole():
    assert archaic(", ".join(QUAINT_PHRASES).title()) == [one.title() for one in QUAINT_PHRASES]
    assert archaic("People who were ever asked, together, until then; no lesson, no junto.") == []


def by_the_back_door(text: str) -> list[str]:
    """Where code of a service reaches through a knowledge to its transaction, or takes the day of a moment in UTC."""
    return [match.group() for match in BACK_DOORS.finditer(text)]


def test_no_service_reaches_through_knowledge_or_takes_the_day_of_utc():
    """What a decision may ask is what Knowledge says: its twin in memory has nothing else; and a day is the agency's own."""
    texts = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("services/**/*.py")}
    found = {str(path.relative_to(ROOT)): by_the_back_door(text) for path, text in texts.items() if by_the_back_door(text)}
    assert found == {}


REACHES = re.compile(
    r"\benviron\b|\bgetenv\b|\.execute\(\s*f?\"|\.bulk_insert\(|\bexec_driver_sql\b"
    r"|\bpsycopg2?\b|\bsqlalchemy import\b[^\n]*\btext\b"
)
OWN_TABLES = ("vault.py", "migrations")
"""The rooms of a service that speak SQL: the tables that are its own, beside what the log and the views keep."""


def out_of_its_room(text: str) -> list[str]:
    """Where code of a service reads its process's environment, or speaks SQL."""
    return [match.group() for match in REACHES.finditer(text)]


def test_a_service_speaks_sql_in_its_own_tables_alone_and_reads_no_environment():
    """Settings come with the process (`work.here`), what is known with Knowledge, what is written with commands.

    What joins views or counts in them is a :class:`shared.views.queries.Question`, made of the views' own columns.
    """
    found = {}
    for path in sorted(ROOT.glob("services/*/**/*.py")):
        room = path.relative_to(ROOT).parts[2]
        told = [one for one in out_of_its_room(path.read_text(encoding="utf-8")) if room not in OWN_TABLES or "env" in one]
        found |= {str(path.relative_to(ROOT)): told} if told else {}
    assert found == {}


def lenient_patterns(module: Path) -> list[str]:
    """Regular expressions that let more through than they show: `match` and `$` a line feed, `\\d`, `\\s` and `\\w` other alphabets."""
    found = []
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        on_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if name == "match" or (name == "Regexp" and not on_re):
            found.append(f"{name} in line {node.lineno}: use fullmatch, or shared.http.forms.Written")
        if name in ("Date", "DateTime", "Boolean", "Decimal", "Float") and ast.unparse(node.func.value) == "fields":
            found.append(f"fields.{name} in line {node.lineno}: takes several forms; shared.http.fields has fields that take one")
        first = node.args[0] if node.args else None
        if on_re and isinstance(first, ast.Constant) and isinstance(first.value, str):
            if re.search(r"\\[dswDSW]", first.value):
                found.append(f"{first.value} in line {node.lineno}: write the characters out, such as [0-9]")
            if name in ("compile", "match", "search") and first.value.endswith("$"):
                found.append(f"{first.value} in line {node.lineno}: use fullmatch, without $")
    return found


def test_no_pattern_lets_a_line_feed_or_another_alphabet_through():
    modules = [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("services", "shared")]
    assert {str(path.relative_to(ROOT)): found for path in modules if (found := lenient_patterns(path))} == {}


def test_the_checks_find_what_they_look_for(tmp_path):
    place = tmp_path / "leave"
    (place / "domain").mkdir(parents=True)
    (place / "domain" / "__init__.py").write_text("")
    (place / "events.py").write_text("")
    (place / "helpers.py").write_text("x = 1")
    assert strange_rooms(place, ["services/*/domain", "services/*/events"]) == ["helpers"]
    assert strange_rooms(place, ["services/*/domain", "services/*/events", "services/leave/helpers"]) == []
    assert empty_rooms(place) == ["domain", "events.py"]

    a_way = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert picture.layered(a_way) == ["c", "b", "a"] and picture.reduced(a_way) == a_way | {"a": frozenset("b")}
    with pytest.raises(ValueError, match="a → b → a|b → a → b"):
        picture.layered({"a": frozenset("b"), "b": frozenset("a")})

    shared = {"shared.a.x": frozenset(), "shared.a.y": frozenset(), "services.s.known": frozenset({"shared.a.x", "shared.a.y"})}
    assert used_by_one(shared | {"services.t.known": frozenset({"shared.a.y"})}) == {"shared.a.x": "services.s"}

    module = tmp_path / "module.py"
    silent = ("", "x = 1\n", "# a comment\n", '\n"""Too late."""\n')
    for text in (*silent, '"""Says it."""\n'):
        module.write_text(text)
        assert purposeless(module) is (text in silent), text

    lenient = (
        r"re.match('a', x)",
        r"PATTERN.match(x)",
        r"re.compile(r'\d+')",
        r"re.search(r'a$', x)",
        r"validate.Regexp('a')",
        "fields.Date()",
    )
    for text in lenient:
        module.write_text(text)
        assert lenient_patterns(module), text
    module.write_text("re.fullmatch('[0-9]+', x)")
    assert not lenient_patterns(module)

    assert tied_to_a_machine(f"data = '/{HOMES[0]}/somebody/merit'") == [f"/{HOMES[0]}/s"]
    assert tied_to_a_machine(f"see https://{'.'.join(HOSTS[0])}/simple") == [".".join(HOSTS[0])]
    assert tied_to_a_machine(f"--{OPTIONS[0]} https://merit.example") == [f"--{OPTIONS[0]}"]
    assert tied_to_a_machine("GET /v1/work/orders, https://merit.example/home/page, $HOME/root/x") == []
    assert out_of_its_room('value(os.environ)\ntx.execute("select 1")\ntx.execute(\n    f"select 2")') != []
    assert out_of_its_room('import psycopg2') == ["psycopg2"] and out_of_its_room("from sqlalchemy import Column, text")
    assert out_of_its_room("work.execute(RULES, command)") == []
    said = "knowledge.tx.calendar, knowledge.now.date(), fact.recorded.year"
    assert by_the_back_door(said) == ["knowledge.tx", "now.date()", "recorded.year"]
    assert by_the_back_door("knowledge.today.year, period.year, fact.effective <= knowledge.now, books.tx.execute(1)") == []
