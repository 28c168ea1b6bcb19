"""Finding services: each folder under ``services/`` with a ``service.py`` is one. A fifth is named in ``services/__init__.py``."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from shared.process.service import Service

ROOT = Path(__file__).resolve().parents[2]


def service_names() -> tuple[str, ...]:
    """The services that are here, in the order of the list; one that it lacks comes after them."""
    order = import_module("services").ORDER
    found = sorted(found.parent.name for found in (ROOT / "services").glob("*/service.py"))
    return tuple(sorted(found, key=lambda name: order.index(name) if name in order else len(order)))


def load_service(name: str) -> Service:
    """The declaration of a service. SystemExit names the ones that exist."""
    if name not in service_names():
        raise SystemExit(f"expected a service, one of {', '.join(service_names())}; found {name!r}")
    return import_module(f"services.{name}.service").SERVICE
