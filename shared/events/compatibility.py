"""Compatibility: what a new schema of a published event would break for those who read by the old one, and for the store's old events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared.events.schemas import resolved

Schema = Mapping[str, Any]

_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_JUDGED = {"type", "enum", "pattern", "format", "properties", "required", "items", "additionalProperties", "propertyNames", "anyOf", "$ref"}
_WORDS = {"title", "description", "$comment", "examples", "$schema", "$defs"}


def breaking(old: Schema, new: Schema) -> list[str]:
    """What a reader by `old` would meet that `old` did not promise; empty when every event by `new` is one by `old`.

    The publisher's role: it may add members and narrow what it sends; it may not drop a member, make it optional or null, change its
    type, or widen its values. A changed pattern counts as widened, because nobody can tell. Words do not count.
    """
    return list(_breaking(old, new, old, new, "", frozenset()))


def unreadable(old: Schema, new: Schema) -> list[str]:
    """What makes stored events by `old` unloadable for code by `new` in the same version; empty when they all load."""
    return list(_unreadable(old, new, old, new, "", frozenset()))


def _breaking(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset) -> Iterator[str]:
    pair = (old.get("$ref"), new.get("$ref"))
    if pair != (None, None):
        if pair in seen:
            return
        old, new, seen = resolved(old, old_root), resolved(new, new_root), seen | {pair}
    here = path or "the event"
    before, now = _options(old), _options(new)
    if len(before) > 1 or len(now) > 1:
        for option in now:
            found = [list(_breaking(one, option, old_root, new_root, path, seen)) for one in before]
            if all(found):
                yield from _least(option, before, found, here)
        return
    yield from _values(old, new, here)
    for name, inner in old.get("properties", {}).items():
        yield from _member(name, inner, old, new, old_root, new_root, path, seen)
    for keyword, mark in (("items", "[]"), ("additionalProperties", ".*"), ("propertyNames", ".<name>")):
        if isinstance(old.get(keyword), Mapping):
            if not isinstance(new.get(keyword), Mapping):
                yield f"{here}: expected {keyword} as before, found it gone"
            else:
                yield from _breaking(old[keyword], new[keyword], old_root, new_root, path + mark, seen)


def _least(option: Schema, before: list[Schema], found: list[list[str]], here: str) -> Iterator[str]:
    """The complaints beside the old alternative of the same type, which is the one that was meant."""
    if option.get("type") == "null":
        yield f"{here}: may be null now, was not"
        return
    same = [faults for one, faults in zip(before, found) if one.get("type") != "null"]
    yield from min(same or found, key=len)


def _options(schema: Schema) -> list[Schema]:
    return list(schema.get("anyOf", [schema]))


def _member(
    name: str, inner: Schema, old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset
) -> Iterator[str]:
    place = f"{path}.{name}".lstrip(".")
    if name not in new.get("properties", {}):
        yield f"{place}: was dropped"
        return
    if name in old.get("required", ()) and name not in new.get("required", ()):
        yield f"{place}: was always there, may be missing now"
    yield from _breaking(inner, new["properties"][name], old_root, new_root, place, seen)


def _values(old: Schema, new: Schema, here: str) -> Iterator[str]:
    if old.get("type") != new.get("type") and not (old.get("type") in (None, "string") and _all_text(new)):
        yield f"{here}: was of type {old.get('type', 'any')}, is {new.get('type', 'any')}"
        return
    if "enum" in old:
        more = [value for value in new.get("enum", ["any other value"]) if value not in old["enum"]]
        if more:
            yield f"{here}: may be {', '.join(map(str, more))} now, was one of {', '.join(map(str, old['enum']))}"
    elif "pattern" in old and old["pattern"] != new.get("pattern"):
        outside = [value for value in new.get("enum", [None]) if value is None or not re.search(old["pattern"], value)]
        if outside:
            yield f"{here}: was of the form {old['pattern']}, is {new.get('pattern', 'any text')}"
    if "format" in old and old["format"] != new.get("format"):
        yield f"{here}: was of the format {old['format']}, is {new.get('format', 'of none')}"
    for bounds, looser in ((_LOWER_BOUNDS, lambda was, now: now < was), (_UPPER_BOUNDS, lambda was, now: now > was)):
        for bound in bounds:
            if bound in old and (bound not in new or looser(old[bound], new[bound])):
                yield f"{here}: had {bound} {old[bound]}, has {new.get(bound, 'none')}"
    judged = _JUDGED | _WORDS | set(_LOWER_BOUNDS) | set(_UPPER_BOUNDS)
    for keyword in old.keys() - judged:
        if old[keyword] != new.get(keyword):
            yield f"{here}: {keyword} was {old[keyword]}, is {new.get(keyword, 'gone')}"


def _all_text(schema: Schema) -> bool:
    return schema.get("type") == "string" or ("enum" in schema and all(isinstance(value, str) for value in schema["enum"]))


def _unreadable(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, seen: frozenset) -> Iterator[str]:
    pair = (old.get("$ref"), new.get("$ref"))
    if pair != (None, None):
        if pair in seen:
            return
        old, new, seen = resolved(old, old_root), resolved(new, new_root), seen | {pair}
    null = {"type": "null"}
    before, now = _options(old), _options(new)
    if null in before and null not in now:
        yield f"{path}: old events hold null here, the new code takes none"
    solid_before, solid_now = [one for one in before if one != null], [one for one in now if one != null]
    if len(solid_before) != 1 or len(solid_now) != 1:
        return
    if (solid_before[0] is not old) or (solid_now[0] is not new):
        yield from _unreadable(solid_before[0], solid_now[0], old_root, new_root, path, seen)
        return
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            place = f"{path}.{name}".lstrip(".")
            yield f"{place}: old events lack it, the new code demands it; give the field a default"
    for name, inner in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from _unreadable(inner, new["properties"][name], old_root, new_root, f"{path}.{name}".lstrip("."), seen)
    for keyword, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(old.get(keyword), Mapping) and isinstance(new.get(keyword), Mapping):
            yield from _unreadable(old[keyword], new[keyword], old_root, new_root, path + mark, seen)
