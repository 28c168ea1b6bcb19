"""A service's AsyncAPI document: which channels carry which of its published events, made from its declaration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.events.classes import EventClass
from shared.events.registry import EventType
from shared.events.schemas import ENVELOPE, name_of
from shared.flow.topics import export, internal
from shared.process.service import Service

VERSION = "3.1.0"
AGENCY = "{agency}"
REALM = "{realm}"
BINDING = "0.5.0"
_SHOWN = ("specversion", "id", "type", "source", "subject", "time", "dataschema", "agency", "sequence", "previous")


def published(service: Service) -> tuple[EventType, ...]:
    """The event types of a service that leave its store, by name."""
    return tuple(sorted((one for one in service.events.types.values() if one.published), key=lambda one: one.name))


def document(service: Service) -> dict[str, Any]:
    """The internal topic and the two that are granted to other systems, each with the messages of its classes.

    Merit sends on all of them. Payloads are references to the schema files beside the document.
    """
    types = published(service)
    channels = dict(_channels(service.name, types))
    operations = {
        f"send-{name}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "summary": f"Merit publishes {channel['title'].lower()}.",
        }
        for name, channel in channels.items()
    }
    messages = {_key(one): _message(one) for one in types}
    return {
        "asyncapi": VERSION,
        "info": {
            "title": f"Merit's events of {service.name}",
            "version": "1",
            "description": "Performance-based civil service of Indonesian agencies. CloudEvents 1.0 in binary mode: attributes are headers "
            "`ce_…`, the value is the event's data as JSON. Order is promised per key. Readers ignore what they do not know.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "messageTraits": {"cloudevent": _trait()}},
    }


def _channels(service: str, types: Iterable[EventType]) -> Iterable[tuple[str, dict[str, Any]]]:
    opened = [one for one in types if one.cls is EventClass.OPEN]
    restricted = [one for one in types if one.cls is EventClass.RESTRICTED]
    agency = {"agency": {"description": "The agency's code.", "examples": ["mulyorejo"]}}
    realm = {"realm": {"description": "One agency, or all agencies that a host runs together: read the agency in ce_agency, never here."}}
    told = f"every published event of {service}"
    yield f"{service}-internal", _channel(internal(REALM, service), f"To Merit's own services {told}", realm, [*opened, *restricted])
    told = f"the open events of {service}"
    yield f"{service}-open", _channel(export(AGENCY, service, False), f"To granted subscribers {told}", agency, opened)
    if restricted:
        told = f"the restricted events of {service}"
        address = export(AGENCY, service, True)
        yield f"{service}-restricted", _channel(address, f"To subscribers with the second grant {told}", agency, restricted)


def _channel(address: str, title: str, parameters: dict[str, Any], types: Iterable[EventType]) -> dict[str, Any]:
    return {
        "address": address,
        "title": title,
        "parameters": parameters,
        "messages": {_key(one): {"$ref": f"#/components/messages/{_key(one)}"} for one in sorted(types, key=_key)},
        "bindings": {"kafka": {"topicConfiguration": {"retention.ms": -1}, "bindingVersion": BINDING}},
    }


def _key(declared: EventType) -> str:
    return f"{declared.service}.{name_of(declared)}"


def _message(declared: EventType) -> dict[str, Any]:
    return {
        "name": declared.type,
        "title": declared.name,
        "contentType": "application/json",
        "x-merit-class": str(declared.cls),
        "payload": {"$ref": f"{name_of(declared)}.json"},
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
    }


def _trait() -> dict[str, Any]:
    key = {"type": "string", "description": "Agency and subject: <agency>/<subject>."}
    return {
        "description": f"The attributes are described in {ENVELOPE}; as headers their names begin with ce_.",
        "headers": {
            "type": "object",
            "properties": {f"ce_{name}": {"type": "string"} for name in _SHOWN},
            "required": [f"ce_{name}" for name in _SHOWN],
        },
        "bindings": {"kafka": {"key": key, "bindingVersion": BINDING}},
    }
