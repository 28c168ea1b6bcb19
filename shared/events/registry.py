"""Which event types a service publishes (its catalogue) and which of other services' it hears."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar

from shared.events import codec
from shared.events.classes import EventClass

M = TypeVar("M", bound=type)
Upcaster = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class EventType:
    """`effective` names the field that says when the fact holds (a date or an aware datetime); without it, when it was recorded."""

    service: str
    name: str
    version: int
    cls: EventClass
    model: type
    effective: str | None = None

    @property
    def type(self) -> str:
        """``merit.<service>.<EventName>.v<N>``."""
        return f"merit.{self.service}.{self.name}.v{self.version}"

    @property
    def published(self) -> bool:
        return self.cls is not EventClass.PRIVATE


class UnknownVersion(Exception):
    """A known event type in a version that this code does not know: the partition stops until the code is newer."""


@lru_cache(maxsize=1024)
def split_type(type_: str) -> tuple[str, int]:
    """``merit.appraisal.TargetSet.v1`` → ``("merit.appraisal.TargetSet", 1)``."""
    base, _, version = type_.rpartition(".v")
    if not base or not re.fullmatch("[1-9][0-9]{0,5}", version):
        raise ValueError(f"expected an event type such as merit.appraisal.TargetSet.v1, found {type_!r}")
    return base, int(version)


class Catalogue:
    """The types of one service, each a frozen dataclass marked with :meth:`event`; past versions are reached by upcasters."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.types: dict[str, EventType] = {}
        self.models: dict[type, EventType] = {}
        self._upcasters: dict[tuple[str, int], Upcaster] = {}

    def event(self, cls: EventClass, *, version: int = 1, effective: str | None = None) -> Callable[[M], M]:
        """Register the dataclass below as the current version of the type that bears its name."""

        def register(model: M) -> M:
            if not is_dataclass(model):
                raise TypeError(f"expected a frozen dataclass, found {model!r}")
            declared = EventType(self.service, model.__name__, version, cls, model, effective)
            if (before := self.types.get(base := f"merit.{self.service}.{model.__name__}")) is not None:
                del self.models[before.model]
            self.types[base] = self.models[model] = declared
            return model

        return register

    def upcaster(self, name: str, *, from_version: int) -> Callable[[Upcaster], Upcaster]:
        """Register a pure function from version N's data to version N + 1's."""

        def register(function: Upcaster) -> Upcaster:
            self._upcasters[(f"merit.{self.service}.{name}", from_version)] = function
            return function

        return register

    def of(self, event: Any) -> EventType:
        """The declaration of an event or of its class."""
        model = event if isinstance(event, type) else type(event)
        found = self.models.get(model)
        if found is None:
            raise KeyError(f"{model.__name__} is no event of {self.service}")
        return found

    def current(self, type_: str, data: Mapping[str, Any]) -> tuple[EventType, Mapping[str, Any]] | None:
        """The declaration and the data raised to its version; None for an unknown type, UnknownVersion for an unknown version."""
        base, version = split_type(type_)
        declared = self.types.get(base)
        if declared is None:
            return None
        while version < declared.version and (base, version) in self._upcasters:
            data, version = self._upcasters[(base, version)](data), version + 1
        if version != declared.version:
            raise UnknownVersion(f"expected {base} in version {declared.version} or older, found {type_}")
        return declared, data

    def read(self, type_: str, raw: bytes) -> Any | None:
        """The event of these data as its current dataclass; None for an unknown type.

        Raises UnknownVersion, or msgspec.ValidationError (DecodeError) when the data do not fit (are no JSON).
        """
        base, version = split_type(type_)
        declared = self.types.get(base)
        if declared is None:
            return None
        if version == declared.version:
            return codec.read(raw, declared.model)
        _, data = self.current(type_, codec.loads(raw))
        return codec.decode(data, declared.model)

    def reader(self, type_: str) -> Callable[[str | bytes], Any] | None:
        """:meth:`read` for many events of one type: what there is to look up about the type is looked up once. None for an unknown type."""
        base, version = split_type(type_)
        declared = self.types.get(base)
        if declared is None:
            return None
        return codec.reader(declared.model) if version == declared.version else lambda raw: self.read(type_, raw)


class Heard:
    """What a service hears of others: for each type a dataclass with only the fields that it uses.

    `told`: the types (``merit.appraisal.ScoreSubmitted``) that it only tells of, as in an explanation. No decision and no view rests on
    them, so that they are kept apart from the facts that do.
    """

    def __init__(self) -> None:
        self.catalogues: dict[str, Catalogue] = {}
        self.told: set[str] = set()

    def hears(self, service: str, *, version: int = 1, told: bool = False) -> Callable[[M], M]:
        """Register the dataclass below as this service's reading of ``merit.<service>.<its name>``; `told`: only to tell of it."""

        def register(model: M) -> M:
            catalogue = self.catalogues.setdefault(service, Catalogue(service))
            if told:
                self.told.add(f"merit.{service}.{model.__name__}")
            return catalogue.event(EventClass.OPEN, version=version)(model)

        return register

    def read(self, type_: str, raw: bytes) -> Any | None:
        """As :meth:`Catalogue.read`, over every service heard."""
        catalogue = self._catalogue(type_)
        return catalogue.read(type_, raw) if catalogue else None

    def reader(self, type_: str) -> Callable[[str | bytes], Any] | None:
        """As :meth:`Catalogue.reader`, over every service heard."""
        catalogue = self._catalogue(type_)
        return catalogue.reader(type_) if catalogue else None

    def _catalogue(self, type_: str) -> Catalogue | None:
        parts = type_.split(".")
        return self.catalogues.get(parts[1]) if len(parts) > 3 else None

    @property
    def models(self) -> frozenset[type]:
        return frozenset(model for catalogue in self.catalogues.values() for model in catalogue.models)

    def tells_only(self, model: type) -> bool:
        return split_type(self.of(model).type)[0] in self.told

    def of(self, model: type) -> EventType:
        for catalogue in self.catalogues.values():
            if model in catalogue.models:
                return catalogue.models[model]
        raise KeyError(f"{model.__name__} is not heard")

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(sorted(self.catalogues))
