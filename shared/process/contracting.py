"""The contracts of published events: written from the code, held against it, and sealed when they are released."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import orjson

from shared.events.codec import decode
from shared.events.compatibility import breaking, unreadable
from shared.events.registry import Catalogue, EventType, UnknownVersion
from shared.events.schemas import CONTRACTS, Formless, Forms, faults, name_of, schema_of, unfit, urn_of
from shared.process.asyncapi import document, published
from shared.process.finding import load_service, service_names
from shared.process.service import Service

DOCUMENT = "asyncapi.json"
RELEASED = "released.json"
_WORDS = ("description", "title", "$comment")


def add_commands(commands: Any) -> None:
    """Add `merit contracts` to an argparse subparsers object."""
    one = commands.add_parser("contracts", help="the schemas of published events: write them, check them, seal them for a release")
    one.add_argument("what", choices=("write", "check", "release"))
    one.set_defaults(run=_run)


def _run(asked: argparse.Namespace) -> int:
    services = [load_service(name) for name in service_names()]
    if asked.what == "release":
        print("\n".join(release(services)) or "every schema is released already")
        return 0
    problems = [*(write(services) if asked.what == "write" else ()), *check(services)]
    print("\n".join(dict.fromkeys(problems)) or "every published event keeps its contract")
    return 1 if problems else 0


def write(services: Sequence[Service], folder: Path = CONTRACTS) -> list[str]:
    """Write the schema of each published type and the AsyncAPI document; what could not be written is told.

    A released schema is replaced only by one that breaks nobody who reads by it, and is sealed again.
    """
    told: list[str] = []
    seals = _load(folder / RELEASED)
    for service, declared in _types(services):
        path = _path(folder, declared)
        try:
            made = schema_of(declared, Forms.read(service.name, folder))
        except Formless as formless:
            told.append(str(formless))
            continue
        if _key(declared) in seals and path.exists():
            broken = _broken(_load(path), made)
            if broken:
                told.append(_new_version(declared, broken))
                continue
            seals[_key(declared)] = seal_of(made)
        _save(path, made)
    _save(folder / RELEASED, dict(sorted(seals.items())))
    _save(folder / DOCUMENT, document(services))
    return list(dict.fromkeys(told))


def release(services: Sequence[Service], folder: Path = CONTRACTS) -> list[str]:
    """Seal every schema that is not sealed yet: from here on it may only change in ways that break nobody."""
    problems = check(services, folder)
    if problems:
        raise SystemExit("expected contracts without problems before a release, found:\n" + "\n".join(problems))
    seals = _load(folder / RELEASED)
    fresh = [_key(declared) for _, declared in _types(services) if _key(declared) not in seals]
    seals |= {key: seal_of(_load(folder / f"{key}.json")) for key in fresh}
    _save(folder / RELEASED, dict(sorted(seals.items())))
    return [f"released {key}" for key in fresh]


def check(services: Sequence[Service], folder: Path = CONTRACTS) -> list[str]:
    """Everything that is wrong between the code, the contracts and those who read by them; empty when nothing is."""
    found = (
        *_released_unchanged(folder),
        *_written(services, folder),
        *_left_over(services, folder),
        *_examples(services, folder),
        *_consumers(services, folder),
    )
    return list(dict.fromkeys(found))


def seal_of(schema: dict[str, Any]) -> str:
    """A digest of what the schema demands; its words may be improved after a release."""
    return hashlib.sha256(orjson.dumps(_without_words(schema), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_words(value: Any, names: bool = False) -> Any:
    """`names`: the members are names of fields, not keywords."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if names or key not in _WORDS}
        return {key: _without_words(inner, not names and key in ("properties", "$defs")) for key, inner in kept.items()}
    return [_without_words(one) for one in value] if isinstance(value, list) else value


def _released_unchanged(folder: Path) -> Iterator[str]:
    for key, seal in _load(folder / RELEASED).items():
        path = folder / f"{key}.json"
        if not path.exists():
            yield f"{key}: expected the released schema, found it gone; restore it: old events of this version must stay readable"
        elif seal_of(_load(path)) != seal:
            yield (
                f"{key}: expected the schema as released, found it changed by hand; restore it, change the dataclass instead and run "
                "`merit contracts write`: what breaks a reader needs a new version and an upcaster"
            )


def _written(services: Sequence[Service], folder: Path) -> Iterator[str]:
    seals = _load(folder / RELEASED)
    for service, declared in _types(services):
        path = _path(folder, declared)
        try:
            made = schema_of(declared, Forms.read(service.name, folder))
        except Formless as formless:
            yield str(formless)
            continue
        if not path.exists():
            yield f"{_key(declared)}: expected its schema, found none; run `merit contracts write`"
            continue
        found = _load(path)
        if found == made:
            continue
        broken = _broken(found, made) if _key(declared) in seals else []
        yield _new_version(declared, broken) if broken else f"{_key(declared)}: the code says something else; run `merit contracts write`"
    path = folder / DOCUMENT
    if not path.exists() or _load(path) != document(services):
        yield f"{DOCUMENT}: the services say something else; run `merit contracts write`"


def _left_over(services: Sequence[Service], folder: Path) -> Iterator[str]:
    """Schemas that no code publishes any more: of released ones the code must still know how to read them."""
    seals = _load(folder / RELEASED)
    for service in services:
        current = {name_of(declared) for declared in published(service)}
        for path in sorted((folder / service.name).glob("*.v*.json")):
            name = path.name.removesuffix(".json").removesuffix(".example")
            if name not in current and f"{service.name}/{name}" not in seals:
                yield f"{service.name}/{path.name}: expected an event that the code publishes, found none; remove it"


def _examples(services: Sequence[Service], folder: Path) -> Iterator[str]:
    """Every schema has an example that keeps it, and the code loads the examples of every version ever released."""
    for service in services:
        for path in sorted((folder / service.name).glob("*.v[0-9]*.json")):
            if path.name.endswith(".example.json"):
                continue
            place = f"{service.name}/{path.name.replace('.json', '.example.json')}"
            if not (folder / place).exists():
                yield f"{place}: expected a whole CloudEvent as an example, found none; write one"
                continue
            event = _load(folder / place)
            yield from (f"{place}: {fault}" for fault in _example_faults(event, service, path, folder))


def _example_faults(event: dict[str, Any], service: Service, path: Path, folder: Path) -> Iterator[str]:
    wanted = f"merit.{service.name}.{path.name.removesuffix('.json')}"
    if event.get("type") != wanted:
        yield f"expected the type {wanted}, found {event.get('type')}"
        return
    if event.get("dataschema") != urn_of(wanted):
        yield f"expected the dataschema {urn_of(wanted)}, found {event.get('dataschema')}"
    yield from faults(event, folder)
    yield from _unloadable(event, service.events)


def _consumers(services: Sequence[Service], folder: Path) -> Iterator[str]:
    """Every reader's dataclass finds what it asks for in the publisher's schema, and loads the publisher's examples."""
    known = {name_of(declared): declared for _, declared in _types(services)}
    for reader in services:
        for publisher, catalogue in sorted(reader.heard.catalogues.items()):
            for heard in catalogue.types.values():
                place = f"{reader.name} hears {publisher}'s {heard.name}"
                declared = next((one for one in known.values() if (one.service, one.name) == (publisher, heard.name)), None)
                if declared is None:
                    yield f"{place}: expected an event that {publisher} publishes, found none (it may be private)"
                    continue
                if not _path(folder, declared).exists():
                    continue  # told above
                yield from (f"{place}: {fault}" for fault in unfit(heard, _load(_path(folder, declared))))
                for path in sorted((folder / publisher).glob(f"{heard.name}.v*.example.json")):
                    yield from (f"{place}: {path.name}: {fault}" for fault in _unloadable(_load(path), catalogue))


def _unloadable(event: dict[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Why code with this catalogue could not load the event."""
    try:
        found = catalogue.current(event["type"], event["data"])
        if found is None:
            yield f"expected a type that the code knows, found {event['type']}; what was released must stay readable"
        else:
            decode(found[1], found[0].model)
    except UnknownVersion as unknown:
        yield f"{unknown}; register an upcaster for each version"
    except msgspec.ValidationError as invalid:
        yield f"expected data that the code loads, found {invalid}"


def _broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [*breaking(old, new), *unreadable(old, new)]


def _new_version(declared: EventType, broken: Sequence[str]) -> str:
    return (
        f"{_key(declared)} is released, and the code would break it: {'; '.join(broken)}. Leave version {declared.version} as it is, and "
        f"declare version {declared.version + 1} of {declared.name} and an upcaster from {declared.version}"
    )


def _types(services: Sequence[Service]) -> Iterator[tuple[Service, EventType]]:
    for service in services:
        for declared in published(service):
            yield service, declared


def _key(declared: EventType) -> str:
    return f"{declared.service}/{name_of(declared)}"


def _path(folder: Path, declared: EventType) -> Path:
    return folder / f"{_key(declared)}.json"


def _load(path: Path) -> dict[str, Any]:
    return orjson.loads(path.read_bytes()) if path.exists() else {}


def _save(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
