"""Finding services: each folder under ``services/`` with a ``service.py`` is one. A fifth needs no change here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from shared.process.service import Service

ROOT = Path(__file__).resolve().parents[2]


def service_names() -> tuple[str, ...]:
    return tuple(sorted(found.parent.name for found in (ROOT / "services").glob("*/service.py")))


def load_service(name: str) -> Service:
    """The declaration of a service. SystemExit names the ones that exist."""
    if name not in service_names():
        raise SystemExit(f"expected a service, one of {', '.join(service_names())}; found {name!r}")
    return import_module(f"services.{name}.service").SERVICE
