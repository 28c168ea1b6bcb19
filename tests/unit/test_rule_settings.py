"""The one strict reader of rule sets: what nobody reads is refused with the nearest known name, in every service and at every depth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import exact
from shared.kernel.refusal import Refused
from shared.kernel.settings import Settings, read
from shared.process.finding import load_service, service_names

ROOT = Path(__file__).parents[2]
SERVICES = [load_service(name) for name in service_names()]
CHECKS = {kind: check for service in SERVICES for kind, check in service.check_rules.items()}
SETS = {
    **{rules.id: (rules.kind, json.loads(json.dumps(rules.settings))) for service in SERVICES for rules in service.defaults},
    **{
        found["id"]: (found["kind"], found["settings"])
        for found in (json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("scenario/*/rules/*.json")))
    },
}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    if isinstance(value, list):
        for inner in value:
            yield from objects(inner)


@pytest.mark.parametrize("name", SETS)
def test_the_rule_sets_of_the_nation_and_of_the_places_are_read_whole(name: str):
    kind, settings = SETS[name]
    CHECKS[kind](settings)


@pytest.mark.parametrize("name", SETS)
def test_a_setting_that_nobody_knows_is_refused_wherever_it_stands(name: str):
    kind, settings = SETS[name]
    for number in range(len(list(objects(settings)))):
        wrong = deepcopy(settings)
        list(objects(wrong))[number]["nobody_knows_this"] = 1
        with pytest.raises(Refused) as refused:
            CHECKS[kind](wrong)
        assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422), wrong


@pytest.mark.parametrize("name", SETS)
def test_every_setting_misspelt_is_refused_by_the_same_code(name: str):
    """Two letters of each name change places, one name at a time."""
    kind, settings = SETS[name]
    for number, here in enumerate(objects(settings)):
        for known in here:
            swapped = known[:-2] + known[-1] + known[-2]
            if len(known) < 3 or swapped == known:
                continue
            wrong = deepcopy(settings)
            place = list(objects(wrong))[number]
            place[swapped] = place.pop(known)
            free = kind == "complaints" and known in settings["kinds"]
            if free:
                CHECKS[kind](wrong)
                continue
            with pytest.raises(Refused) as refused:
                CHECKS[kind](wrong)
            assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422), swapped


@pytest.mark.parametrize(("kind", "of", "change", "found", "remedy"), [
    ("appraisal", "mulyorejo-kinerja", {"accept_by_silense": False}, "accept_by_silense", "accept_by_silence"),
    ("appraisal", "sawahlunto-kinerja", {"quadrant": "permenpanrb-6-2022"}, "quadrant", "leave quadrant out"),
    ("allowance", "mulyorejo-tpp", {"recovery_cap_precent": 10}, "recovery_cap_precent", "recovery_cap_percent"),
    ("peer-feedback", "plaju-umpan-balik-rekan", {"rater": "any"}, "rater", "raters"),
    ("survey", "plaju-skm", {"least_answer": 9}, "least_answer", "least_answers"),
    ("complaints", "plaju-pengaduan", {"kind": {}}, "kind", "kinds"),
    ("awards", "plaju-penghargaan", {"recognitions": {}}, "recognitions", "recognition"),
    ("talent", "plaju-talenta", {"vacancy": {}}, "vacancy", "vacancies"),
    ("promotion", "siulak-kenaikan-pangkat", {"import": False}, "import", "imported"),
    ("discipline", "siulak-disiplin", {"employment": ["PNS"]}, "employment", "employments"),
    ("development", "siulak-pengembangan", {"condition": []}, "condition", "conditions"),
])  # fmt: skip
def test_the_remedy_names_the_nearest_known_setting(kind: str, of: str, change: Mapping[str, Any], found: str, remedy: str):
    with pytest.raises(Refused) as refused:
        CHECKS[kind](SETS[of][1] | change)
    assert refused.value.found == found and remedy in refused.value.remedy


def test_a_missing_setting_is_told_by_the_name_that_was_meant():
    settings = dict(SETS["mulyorejo-tpp"][1])
    settings["efect"] = settings.pop("effect")
    with pytest.raises(Refused) as refused:
        CHECKS["allowance"](settings)
    assert refused.value.expected.startswith("effect: one of next_quarter") and "in place of efect" in refused.value.remedy


def test_what_was_published_before_stays_readable():
    """A set in the log that holds a misspelt name was computed with as if it were not there, and goes on so."""
    from services.payroll.domain.settings import read_scheme
    from services.payroll.tables import TABLES

    old = SETS["mulyorejo-tpp"][1] | {"recovery_cap_precent": 10}
    assert read_scheme("old@1", (), old, TABLES, published=True).recovery_cap == 25


@pytest.mark.parametrize(("settings", "reader"), [
    ([], lambda said: said),
    ({1: 2}, lambda said: said),
    ({"a": True}, lambda said: said.whole("a", 0, 9)),
    ({"a": 1.5}, lambda said: said.number("a")),
    ({"a": "1e400000000"}, lambda said: said.number("a")),
    ({"a": "٣"}, lambda said: said.number("a")),
    ({"a": " 3"}, lambda said: said.percent("a")),
    ({"a": 101}, lambda said: said.percent("a")),
    ({"a": "1/0"}, lambda said: said.number("a")),
    ({"a": "yes"}, lambda said: said.flag("a")),
    ({"a": "20260101"}, lambda said: said.day("a")),
    ({"a": "2026-01-01\n"}, lambda said: said.day("a")),
    ({"a": "0001-01-01"}, lambda said: said.day("a")),
    ({"a": ["x", "x"]}, lambda said: said.codes("a")),
    ({"a": ["x\n"]}, lambda said: said.codes("a")),
    ({"a": ["x", ["y"]]}, lambda said: said.some_of("a", ("x", "y"))),
    ({"a": {"days": 5}}, lambda said: said.term("a")),
    ({"a": {"days": 5, "kind": "working", "unit": 1}}, lambda said: said.term("a")),
    ({"a": [{}, 1]}, lambda said: said.parts("a")),
    ({"a": "PP tentang gaji"}, lambda said: said.cited("a")),
    ({}, lambda said: said.text("a")),
])  # fmt: skip
def test_every_getter_refuses_by_the_one_code(settings: Any, reader: Any):
    with pytest.raises(Refused) as refused:
        read(settings, reader)
    assert (refused.value.code, refused.value.status) == ("invalid-rule-set", 422)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(kind=st.sampled_from(sorted(CHECKS)), data=st.data())
def test_whatever_stands_in_a_setting_is_read_or_refused_and_never_fails(kind: str, data: st.DataObject):
    settings = deepcopy(data.draw(st.sampled_from([one for found, one in SETS.values() if found == kind])))
    place = data.draw(st.sampled_from(list(objects(settings))))
    if place:
        place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
    try:
        CHECKS[kind](settings)
    except Refused as refused:
        assert refused.code == "invalid-rule-set" and len(refused.found) <= 200


NAMES = st.text(max_size=6).filter(lambda name: name != "None")  # a remedy repeats a name, and none may speak of Python's None


@given(st.dictionaries(NAMES, st.integers(), min_size=1, max_size=5), st.data())
def test_what_is_read_is_not_refused_and_what_is_not_is(settings: dict[str, int], data: st.DataObject):
    names = data.draw(st.sets(st.sampled_from(sorted(settings))))
    said = Settings(settings)
    for name in names:
        said.number(name)
    if names == set(settings):
        said.refuse_unread()
        return
    with pytest.raises(Refused) as refused:
        said.refuse_unread()
    assert all(name in refused.value.found for name in set(settings) - names) or len(refused.value.found) == 200


@pytest.mark.parametrize("text", ["1e9", "1_000", "٣", "１", " 1", "1\n", "+1", "", ".5", "5.", "1/2/3", "0x1", "nan", "inf", "1" * 401])
def test_a_number_as_text_has_one_form(text: str):
    with pytest.raises(ValueError):
        exact(text)
