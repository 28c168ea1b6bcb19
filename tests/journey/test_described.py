"""What the played year can be asked is as the services describe it: lists page by page, and what stands under the addresses in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import pytest
import requests

from scenario import finding
from shared.process.finding import load_service, service_names
from tests.support.described import Description
from tests.support.year import Year

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

AT_MOST = 12
"""Of each operation and place. A year has a thousand allowances that are much alike; those that differ come first."""


@pytest.mark.parametrize("place", finding.names())
@pytest.mark.parametrize("service", sorted(service_names()))
def test_what_can_be_read_of_the_year_is_as_described(place: str, service: str, four_places: Year) -> None:
    year = four_places.of(place)
    description = Description(requests.get(f"{year.run['services'][service]}/openapi.json", timeout=30).json())
    roles = sorted({line.role for line in load_service(service).policy.allow if line.role and line.role != "employee"})
    wrong, asked, found = [], set(), []

    def read(template: str, path: str) -> Any:
        answer = year.ask("GET", service, path.removeprefix("/v1"), "walker", *roles)
        assert answer.status_code < 500, answer.text
        asked.update({(template, answer.status_code)})
        faults = description.faults("GET", path.partition("?")[0], answer.status_code, answer.headers, answer.content)
        wrong.extend(f"{path} answered {answer.status_code}: {fault}" for fault in faults)
        return answer.json() if answer.status_code == 200 else {}

    paths = {path: one["get"] for path, one in description.said["paths"].items() if "get" in one and path.startswith("/v1")}
    for template in sorted(paths, key=lambda path: path.count("{")):
        if {"limit", "cursor"} <= {one["name"] for one in paths[template].get("parameters", ())}:
            for address in islice(addresses(template, varied(found)), AT_MOST):
                found += pages(lambda path, template=template: read(template, path), address)
    for template, operation in paths.items():
        if "{" in template and not any(one.get("required") for one in operation.get("parameters", ()) if one["in"] == "query"):
            for address in islice(addresses(template, varied(found)), AT_MOST):
                read(template, address)
    assert wrong == [] and len({template for template, status in asked if status == 200}) > 4


def pages(read: Any, address: str) -> Iterator[Mapping[str, Any]]:
    """The items of a list, read in small pages."""
    page = read(f"{address}?limit=40")
    for _ in range(3):
        yield from page.get("items", ())
        if not page.get("next"):
            return
        page = read(f"{address}?limit=40&cursor={page['next']}")


def varied(items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One of each kind first, then a second one of each: what kind an item is, its status says, and which members it has."""
    met: Counter[Any] = Counter()
    turns = []
    for item in items:
        kind = (str(item.get("status")), *sorted(name for name, value in item.items() if value not in (None, [], {}, "")))
        met[kind] += 1
        turns.append((met[kind], item))
    return [item for _, item in sorted(turns, key=lambda turn: turn[0])]


def addresses(template: str, items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A path with the values that stand together in an item, each address once."""
    names = re.findall(r"\{(\w+)\}", template)
    seen: set[str] = set()
    for item in items if names else ({},):
        known = item | ({"year": item["period"][:4]} if item.get("period") else {})
        if all(isinstance(known.get(name), str) for name in names):
            address = template.format(**{name: known[name] for name in names})
            if address not in seen:
                seen.add(address)
                yield address
