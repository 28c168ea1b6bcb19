"""The pages for operators and subscribers name nothing that is not there: files, commands, objects, settings, metrics, events."""

from __future__ import annotations

import argparse
import re
import shlex
from importlib.util import find_spec
from pathlib import Path

import pytest

from scenario import cli as scenario_commands
from shared.http.serving import Limits
from shared.local import cli
from shared.process import metrics
from shared.process.finding import load_service, service_names
from shared.process.settings import MACHINE_NAMES, NAMES, OPERATOR_NAMES, OPTIONAL
from tests.support import manifests
from tests.support.manifests import ROOT, name_of

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
OPERATING, SUBSCRIBING = PAGES["operating.md"], PAGES["subscribing.md"]
TOP = {path.name for path in ROOT.iterdir()}
MADE_BY_WHOEVER_READS = {"deploy/kubernetes/agencies/sorong/", "deploy/compose/secrets"}


def code_in(page: str) -> list[str]:
    """What a page sets as code: in a sentence, or a line of a block."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    sentences = re.sub(r"^ *```\w*\n.*?^ *```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"`([^`\n]+)`", sentences) + [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]


@pytest.mark.parametrize("name", PAGES)
def test_every_file_is_there(name: str):
    found = {word.rstrip(",;:") for code in code_in(PAGES[name]) for word in code.split()}
    paths = {word for word in found if word.partition("/")[0] in TOP and re.fullmatch(r"[\w./-]+/[\w./-]*", word)}
    paths -= {f"deploy/{service}-{kind}" for service in service_names() for kind in ("api", "worker")}  # Deployments
    paths -= {path for path in paths if name == "growing.md" and re.search(r"/(leave|LeaveGranted)\b", path)}  # the page's example
    assert [path for path in sorted(paths - MADE_BY_WHOEVER_READS) if not (ROOT / path).exists()] == []
    for target in re.findall(r"\]\(([^)#]+)\)", PAGES[name]):
        assert (ROOT / "docs" / target).exists(), target


def test_every_link_within_a_page_leads_somewhere():
    for page in PAGES.values():
        titles = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"(?m)^#+ (.+)$", page)}
        assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= titles


def merit() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(exit_on_error=False)
    commands = parser.add_subparsers(required=True)
    cli.add_commands(commands)
    scenario_commands.add_commands(commands)
    return parser


def commands_of_merit(page: str) -> list[str]:
    """After `./merit`, `merit` or `python -m shared.process.cli`, up to a comment, a pipe or a dot of ellipsis."""
    found = [re.search(r"(?:(?:\./|^|\$\()merit|shared\.local\.cli) ([a-z][^#|)…]*)", code) for code in code_in(page)]
    return [match[1].strip() for match in found if match]


def test_every_command_of_merit_is_one_that_it_takes():
    found = [command for page in PAGES.values() for command in commands_of_merit(page)]
    assert len(found) > 10
    for command in found:
        words = shlex.split(command)
        if words in (["up"], ["grant"], ["import"]):
            continue  # named, not shown
        try:
            merit().parse_args(words)
        except (argparse.ArgumentError, SystemExit) as wrong:
            pytest.fail(f"merit {command}: {wrong}")


def test_every_module_is_there_and_every_make_target():
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for page in PAGES.values():
        for code in code_in(page):
            for module in re.findall(r"python -m ([a-z_.]+)", code):
                assert find_spec(module), module
            if made := re.match(r"make ([a-z-]+)", code):
                assert made[1] in targets, code


def test_every_setting_is_one_and_every_metric_is_measured():
    for page in PAGES.values():
        assert set(re.findall(r"\bMERIT_[A-Z_]+\b", page)) <= {*NAMES, *OPERATOR_NAMES, *MACHINE_NAMES}
    measured = {family.name for family in metrics.REGISTRY.collect()}
    named = set(re.findall(r"`(merit_[a-z_]+)`", OPERATING))
    assert named == measured, "the table of alarms has every metric, and no other"


def test_every_object_of_kubernetes_is_in_the_overlays():
    for overlay in map(manifests.overlay, manifests.OVERLAYS):
        known = {f"{one['kind'].lower()}/{name_of(one)}" for one in overlay.documents}
        known |= {name.replace("deployment/", "deploy/") for name in known}
        for code in code_in(OPERATING):
            if code.startswith("kubectl"):
                named = set(re.findall(r"(?:^| |=)((?:deploy|cronjob|cluster|kafka|job)/[a-z0-9-]+)(?![a-z0-9/-])", code))
                assert named <= known, code
        assert {f"{name}-database-{role}" for name in service_names() for role in ("owner", "app", "log")} <= secrets_in(overlay.text)
        for name in ("postgres-backup", "merit-identity", "kafka-cluster-ca-cert", "postgres-ca"):
            assert f"`{name}`" in OPERATING and re.search(rf"name: {name}\b", overlay.text), name


def test_every_container_is_in_the_composition():
    [compose] = manifests.parse((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    found = [match[1] for code in code_in(OPERATING) if (match := re.search(r"compose\.yaml (?:logs|run --rm|exec) (\S+)", code))]
    assert found and set(found) <= set(compose["services"])


def secrets_in(text: str) -> set[str]:
    return set(re.findall(r"name: ([a-z-]+-database-[a-z]+)\b", text))


def test_every_event_is_published_with_the_class_that_the_page_says():
    rows = re.findall(r"(?m)^\| (\w+) \| (`.+`|–) \| (`.+`|–) \|$", SUBSCRIBING)
    publishing = {name for name in service_names() if any(one.published for one in load_service(name).events.types.values())}
    assert {service for service, _, _ in rows} == publishing
    for service, opened, restricted in rows:
        types = load_service(service).events.types.values()
        for cls, text in (("open", opened), ("restricted", restricted)):
            declared = {one.name for one in types if str(one.cls) == cls}
            assert set(re.findall(r"`(\w+)`", text)) <= declared, (service, cls)


def test_every_header_that_the_page_explains_is_sent():
    schema = (Path(ROOT) / "shared" / "contracts" / "envelope.v1.json").read_text(encoding="utf-8")
    for header in re.findall(r"`ce_([a-z]+)`", SUBSCRIBING):
        assert f'"{header}"' in schema, header


def test_the_order_of_bringing_up_is_whole():
    """Operators, namespace and secrets, bus and databases, their readiness, migrations, services, grants: each after what it needs."""
    order = ["**Operators**", "**Namespace and secrets.**", "**Bus, databases, services.**", "condition=Ready", "condition=Complete job"]
    order += ["**Views**", "**Services**", "**Grants**"]
    places = [OPERATING.index(step) for step in order]
    assert places == sorted(places)


def test_the_server_in_front_lets_through_what_merit_takes_and_waits_longer_than_merit_does():
    """Merit says itself what is too large and what takes too long, in words; a server that cuts off earlier would not."""
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", conf)
    assert Limits().file_bytes < int(megabytes) * 1024**2 < 2 * Limits().file_bytes
    usual = [int(seconds) for seconds in re.findall(r"^    proxy_(?:read|send)_timeout (\d+)s;", conf, re.MULTILINE)]
    statement, request, file = (int(OPTIONAL[f"MERIT_API_{name}_SECONDS"]) for name in ("STATEMENT", "REQUEST", "FILE"))
    assert len(usual) == 2 and min(usual) > request + statement
    imports = dict(re.findall(r"location /(\w+)/v1/imports/ +\{ proxy_read_timeout (\d+)s; ", conf))
    assert set(imports) == set(service_names()) and min(map(int, imports.values())) > file + statement
    ports = dict(re.findall(r"upstream merit_(\w+) +\{ server 127\.0\.0\.1:(\d+);", conf))
    assert ports == {name: str(8101 + at) for at, name in enumerate(service_names())}
    assert set(re.findall(r"location /(\w+)/ ", conf)) == set(service_names())
