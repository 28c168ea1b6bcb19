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
from shared.events.schemas import CONTRACTS, Contracts, Formless, Forms, faults, name_of, schema_of, unfit, urn_of
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
    one.add_argument("service", nargs="?", choices=service_names(), help="only this service's; all, when none is named")
    one.set_defaults(run=_run)


def _run(asked: argparse.Namespace) -> int:
    services = [load_service(name) for name in ((asked.service,) if asked.service else service_names())]
    if asked.what == "release":
        print("\n".join(release(services)) or "every schema is released already")
        return 0
    problems = [*(write(services) if asked.what == "write" else ()), *check(services)]
    print("\n".join(dict.fromkeys(problems)) or "every published event keeps its contract")
    return 1 if problems else 0


def write(services: Sequence[Service], contracts: Contracts = CONTRACTS) -> list[str]:
    """Write the schema of each published type and the AsyncAPI document; what could not be written is told.

    A released schema is replaced only by one that breaks nobody who reads by it, and is sealed again.
    """
    told: list[str] = []
    for service in services:
        folder = contracts.of(service.name)
        seals = _load(folder / RELEASED)
        for declared in published(service):
            name, path = name_of(declared), contracts.schema(service.name, name_of(declared))
            try:
                made = schema_of(declared, Forms.read(service.name, contracts))
            except Formless as formless:
                told.append(str(formless))
                continue
            if name in seals and path.exists():
                broken = _broken(_load(path), made)
                if broken:
                    told.append(_new_version(declared, broken))
                    continue
                seals[name] = seal_of(made)
            _save(path, made)
        _save(folder / RELEASED, dict(sorted(seals.items())))
        _save(folder / DOCUMENT, document(service))
    return list(dict.fromkeys(told))


def release(services: Sequence[Service], contracts: Contracts = CONTRACTS) -> list[str]:
    """Seal every schema that is not sealed yet: from here on it may only change in ways that break nobody."""
    problems = check(services, contracts)
    if problems:
        raise SystemExit("expected contracts without problems before a release, found:\n" + "\n".join(problems))
    told = []
    for service in services:
        path = contracts.of(service.name) / RELEASED
        seals = _load(path)
        fresh = [name for declared in published(service) if (name := name_of(declared)) not in seals]
        seals |= {name: seal_of(_load(contracts.schema(service.name, name))) for name in fresh}
        _save(path, dict(sorted(seals.items())))
        told += [f"released {service.name}/{name}" for name in fresh]
    return told


def check(services: Sequence[Service], contracts: Contracts = CONTRACTS) -> list[str]:
    """Everything that is wrong between a service's code, its contracts, and the contracts of those whom it hears; empty when nothing is.

    Each service is looked at alone: what it hears is held against the publishers' contracts, never against their code.
    """
    looks = (_released_unchanged, _written, _left_over, _examples, _heard)
    return list(dict.fromkeys(told for service in services for look in looks for told in look(service, contracts)))


def seal_of(schema: dict[str, Any]) -> str:
    """A digest of what the schema demands; its words may be improved after a release."""
    return hashlib.sha256(orjson.dumps(_without_words(schema), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _without_words(value: Any, names: bool = False) -> Any:
    """`names`: the members are names of fields, not keywords."""
    if isinstance(value, dict):
        kept = {key: inner for key, inner in value.items() if names or key not in _WORDS}
        return {key: _without_words(inner, not names and key in ("properties", "$defs")) for key, inner in kept.items()}
    return [_without_words(one) for one in value] if isinstance(value, list) else value


def _released_unchanged(service: Service, contracts: Contracts) -> Iterator[str]:
    for name, seal in _load(contracts.of(service.name) / RELEASED).items():
        key, path = f"{service.name}/{name}", contracts.schema(service.name, name)
        if not path.exists():
            yield f"{key}: expected the released schema, found it gone; restore it: old events of this version must stay readable"
        elif seal_of(_load(path)) != seal:
            yield (
                f"{key}: expected the schema as released, found it changed by hand; restore it, change the dataclass instead and run "
                "`merit contracts write`: what breaks a reader needs a new version and an upcaster"
            )


def _written(service: Service, contracts: Contracts) -> Iterator[str]:
    seals = _load(contracts.of(service.name) / RELEASED)
    for declared in published(service):
        path = contracts.schema(service.name, name_of(declared))
        try:
            made = schema_of(declared, Forms.read(service.name, contracts))
        except Formless as formless:
            yield str(formless)
            continue
        if not path.exists():
            yield f"{_key(declared)}: expected its schema, found none; run `merit contracts write`"
            continue
        found = _load(path)
        if found == made:
            continue
        broken = _broken(found, made) if name_of(declared) in seals else []
        yield _new_version(declared, broken) if broken else f"{_key(declared)}: the code says something else; run `merit contracts write`"
    path = contracts.of(service.name) / DOCUMENT
    if not path.exists() or _load(path) != document(service):
        yield f"{service.name}/{DOCUMENT}: the service says something else; run `merit contracts write`"


def _left_over(service: Service, contracts: Contracts) -> Iterator[str]:
    """Schemas that no code publishes any more: of released ones the code must still know how to read them."""
    folder = contracts.of(service.name)
    known = {name_of(declared) for declared in published(service)} | _load(folder / RELEASED).keys()
    for path in sorted(folder.glob("*.v*.json")):
        if path.name.removesuffix(".json").removesuffix(".example") not in known:
            yield f"{service.name}/{path.name}: expected an event that the code publishes, found none; remove it"


def _examples(service: Service, contracts: Contracts) -> Iterator[str]:
    """Every schema has an example that keeps it, and the code loads the examples of every version ever released."""
    for path in _schemas(contracts.of(service.name), "*"):
        example = path.with_suffix(".example.json")
        place = f"{service.name}/{example.name}"
        if not example.exists():
            yield f"{place}: expected a whole CloudEvent as an example, found none; write one"
            continue
        yield from (f"{place}: {fault}" for fault in _example_faults(_load(example), service, path, contracts))


def _example_faults(event: dict[str, Any], service: Service, path: Path, contracts: Contracts) -> Iterator[str]:
    wanted = f"merit.{service.name}.{path.name.removesuffix('.json')}"
    if event.get("type") != wanted:
        yield f"expected the type {wanted}, found {event.get('type')}"
        return
    if event.get("dataschema") != urn_of(wanted):
        yield f"expected the dataschema {urn_of(wanted)}, found {event.get('dataschema')}"
    yield from faults(event, contracts)
    yield from _unloadable(event, service.events)


def _heard(reader: Service, contracts: Contracts) -> Iterator[str]:
    """A reader's dataclass finds what it asks for in the publisher's newest schema, and loads all of the publisher's examples."""
    for publisher, catalogue in sorted(reader.heard.catalogues.items()):
        for heard in catalogue.types.values():
            place = f"{reader.name} hears {publisher}'s {heard.name}"
            schemas = _schemas(contracts.of(publisher), heard.name)
            if not schemas:
                yield f"{place}: expected an event that {publisher} publishes, found no contract of it (it may be private)"
                continue
            yield from (f"{place}: {fault}" for fault in unfit(heard, _load(schemas[-1])))
            for path in sorted(contracts.of(publisher).glob(f"{heard.name}.v*.example.json")):
                yield from (f"{place}: {path.name}: {fault}" for fault in _unloadable(_load(path), catalogue))


def _schemas(folder: Path, name: str) -> list[Path]:
    """The schemas of the events of this name, by name and version."""
    found = [path for path in folder.glob(f"{name}.v[0-9]*.json") if not path.name.endswith(".example.json")]
    return sorted(found, key=lambda path: (path.name.partition(".")[0], int(path.stem.rpartition(".v")[2])))


def _unloadable(event: dict[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Why code with this catalogue could not load the event."""
    try:
        declared = catalogue.current(event["type"], event["data"])
        if declared is None:
            yield f"expected a type that the code knows, found {event['type']}; what was released must stay readable"
        else:
            decode(declared[1], declared[0].model)
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


def _key(declared: EventType) -> str:
    return f"{declared.service}/{name_of(declared)}"


def _load(path: Path) -> dict[str, Any]:
    return orjson.loads(path.read_bytes()) if path.exists() else {}


def _save(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
