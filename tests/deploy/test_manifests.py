"""What must hold in every overlay: references resolve, selectors match, the environment is what the settings read, releases are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from deploy import each_service, release
from shared.bus.kafka_access import WAYS
from shared.process import settings
from shared.process.finding import service_names
from shared.process.settings import NAMES, OPERATOR_NAMES, OPTIONAL
from tests.support import manifests
from tests.support.manifests import OVERLAYS, ROOT, Overlay, files, filled, labels_of, matches, name_of, parse, variables
from tests.support.web import key_pair

MADE_OUTSIDE = {"ConfigMap": {"merit-identity"}, "Secret": {"postgres-backup"}}
"""What an operator brings (docs/operating.md), beside passwords and pseudonyms."""
NEVER_SET = {"MERIT_CLOCK_FILE", "MERIT_KAFKA_USER", "MERIT_KAFKA_PASSWORD"}
"""A played clock has no place here; services enter Kafka by certificate, not by password."""


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return manifests.overlay(request.param)


def made_secrets(overlay: Overlay) -> set[str]:
    """Those that the operators of Kafka and PostgreSQL make, and those that docs/operating.md tells an operator to make."""
    passwords = {f"{name}-database-{role}" for name in service_names() for role in ("owner", "app", "log")}
    of_kafka = {name_of(user) for user in overlay.of("KafkaUser")} | {f"{name}-cluster-ca-cert" for name in overlay.names("Kafka")}
    of_postgres = {f"{name}-ca" for name in overlay.names("Cluster")}
    return passwords | of_kafka | of_postgres | {f"{name}-pseudonyms" for name in service_names()} | MADE_OUTSIDE["Secret"]


def references(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every (kind, name) that an object refers to."""
    if isinstance(value, list):
        for member in value:
            yield from references(member, path)
    elif isinstance(value, dict):
        for key, member in value.items():
            if key in ("secret", "passwordSecret", "accessKeyId", "secretAccessKey") and isinstance(member, dict):
                yield "Secret", member.get("name") or member["secretName"]
            elif key in ("configMapRef", "configMap"):
                yield "ConfigMap", member["name"]
            elif key == "serviceAccountName":
                yield "ServiceAccount", member
            elif key == "barmanObjectName":
                yield "ObjectStore", member
            elif key == "cluster" and isinstance(member, dict):
                yield "Cluster", member["name"]
            elif key == "strimzi.io/cluster" and path.endswith("metadata/labels"):
                yield "Kafka", member
            else:
                yield from references(member, f"{path}/{key}")


def test_everything_lies_in_the_overlays_own_namespace(overlay: Overlay):
    [namespace] = overlay.names("Namespace")
    assert {one["metadata"].get("namespace", namespace) for one in overlay.documents} == {namespace}
    homeless = [name_of(one) for one in overlay.documents if one["kind"] != "Namespace" and "namespace" not in one["metadata"]]
    assert homeless == []


def test_no_two_objects_have_one_name(overlay: Overlay):
    names = [(one["kind"], name_of(one)) for one in overlay.documents]
    assert len(names) == len(set(names))


def test_every_reference_resolves(overlay: Overlay):
    known = {kind: overlay.names(kind) for kind in ("ServiceAccount", "Kafka", "Cluster", "ObjectStore")}
    known["ConfigMap"] = overlay.names("ConfigMap") | MADE_OUTSIDE["ConfigMap"]
    known["Secret"] = made_secrets(overlay)
    found = [(name_of(one), *reference) for one in overlay.documents for reference in references(one)]
    assert {kind for _, kind, _ in found} == set(known)
    assert [one for one in found if one[2] not in known[one[1]]] == []


def test_addresses_name_the_clusters_of_the_overlay(overlay: Overlay):
    [kafka], [postgres] = overlay.names("Kafka"), overlay.names("Cluster")
    ports = {str(listener["port"]) for listener in overlay.of("Kafka")[0]["spec"]["kafka"]["listeners"] if listener["type"] == "internal"}
    assert overlay.settings["MERIT_BUS_URL"].removeprefix("kafka://").split(":") == [f"{kafka}-kafka-bootstrap", *ports]
    for what, _, container in overlay.containers():
        for name, value in variables(container, overlay).items():
            if name.endswith("DATABASE_URL"):
                assert f"@{postgres}-rw/" in value, what
                assert "sslmode=verify-full" in value, what


def test_every_role_and_database_of_an_address_is_made(overlay: Overlay):
    [cluster] = overlay.of("Cluster")
    roles = {role["name"]: role for role in cluster["spec"]["managed"]["roles"]}
    databases = {one["spec"]["name"]: one["spec"]["owner"] for one in overlay.of("Database")}
    used = set()
    for what, _, container in overlay.containers():
        found = variables(container, overlay)
        for name in found:
            if name.endswith("DATABASE_URL"):
                role, database = re.fullmatch(r"postgresql://(\w+)@[^/]+/(\w+)\?.*", found[name]).groups()
                assert role.startswith(f"{database}_"), what
                assert found["SERVICE"] == database, what
                assert databases[database] == f"{database}_owner"
                secret = roles[role]["passwordSecret"]["name"]
                assert secret == f"{database}-database-{role.removeprefix(f'{database}_')}"
                used.add(role)
    assert used == set(roles)
    for role in roles.values():
        assert role["login"]
        assert not {"superuser", "bypassrls", "createdb", "createrole", "replication", "inRoles"} & set(role)


def test_a_role_enters_its_own_database_alone(overlay: Overlay):
    """The first matching line decides, and the last refuses everybody."""
    lines = overlay.of("Cluster")[0]["spec"]["postgresql"]["pg_hba"]
    expected = [f"hostssl {name} {name}_owner,{name}_app,{name}_log all scram-sha-256" for name in service_names()]
    assert lines == [*expected, "host all all all reject"]


def test_selectors_match_their_own_pods_and_no_others(overlay: Overlay):
    pods = [(name_of(owner), template["metadata"]["labels"]) for owner, template in overlay.workloads()]
    for one in overlay.of("Deployment", "PodDisruptionBudget"):
        assert [name for name, labels in pods if matches(one["spec"]["selector"], labels)] == [name_of(one)]
    for one in overlay.of("Service"):
        assert [name for name, labels in pods if matches({"matchLabels": one["spec"]["selector"]}, labels)] == [name_of(one)]
    for owner, template in overlay.workloads():
        for constraint in template["spec"].get("topologySpreadConstraints", []):
            chosen = [name for name, labels in pods if matches(constraint["labelSelector"], labels)]
            assert chosen == [name_of(owner)]


def test_a_service_leads_to_a_named_port(overlay: Overlay):
    ports = {name_of(owner): template["spec"]["containers"][0].get("ports", []) for owner, template in overlay.workloads()}
    for one in overlay.of("Service"):
        assert {port["targetPort"] for port in one["spec"]["ports"]} <= {port["name"] for port in ports[name_of(one)]}


def test_each_service_has_every_object(overlay: Overlay):
    names = service_names()
    assert overlay.names("Deployment") == {f"{name}-{kind}" for name in names for kind in ("api", "worker")}
    assert overlay.names("CronJob") == {f"{name}-rebuild" for name in names}
    assert overlay.names("Service") == {f"{name}-api" for name in names}
    assert overlay.names("PodDisruptionBudget") == overlay.names("Deployment")
    assert overlay.names("ServiceAccount") == {f"{name}-merit" for name in names}
    assert overlay.names("Database") == set(names)
    for owner, template in overlay.workloads():
        assert template["spec"]["serviceAccountName"] == f"{labels_of(owner)['app.kubernetes.io/name']}-merit"


READ_BY = {
    "api": set(NAMES) - NEVER_SET - {name for name in NAMES if name.startswith("MERIT_WORKER_")},
    "worker": set(NAMES) - NEVER_SET - {name for name in NAMES if name.startswith("MERIT_API_")},
    "await-migration": {"MERIT_DATABASE_URL", "MERIT_DATABASE_PASSWORD"},
    "migrate": {"MERIT_OWNER_DATABASE_URL", "MERIT_OWNER_DATABASE_PASSWORD", "MERIT_APP_ROLE", "MERIT_LOG_ROLE", "MERIT_AGENCIES"},
    "rebuild": {
        *("MERIT_DATABASE_URL", "MERIT_DATABASE_PASSWORD", "MERIT_OWNER_DATABASE_URL", "MERIT_OWNER_DATABASE_PASSWORD"),
        *("MERIT_APP_ROLE", "MERIT_ENV"),
    },
}
"""What each command reads, by the settings' own list for the two that read it whole."""


def plain(names: set[str]) -> set[str]:
    """NAME for NAME_FILE, unless the setting is itself a path."""
    known = set(NAMES) | set(OPERATOR_NAMES)
    return {name if name in known else name.removesuffix("_FILE") for name in names}


def test_every_variable_that_is_read_is_set_and_every_one_set_is_read(overlay: Overlay):
    [shared] = [set(one["data"]) for one in overlay.of("ConfigMap")]
    for what, _, container in overlay.containers():
        found = plain({name for name in variables(container, overlay) if name.startswith("MERIT_")})
        expected = READ_BY[container["name"]]
        assert expected - found == set(), what
        # The settings that all processes share come whole; a command that reads few of them is none the worse.
        assert found - expected - shared == set(), what
    assert shared <= set(NAMES)
    assert {name for names in READ_BY.values() for name in names} == (set(NAMES) | set(OPERATOR_NAMES)) - NEVER_SET


HELD = {"MERIT_JWT_PUBLIC_KEY_FILE": key_pair()[1], "MERIT_SECRET_FILE": "a word of chance for the tests"}
"""What must look like something in the files of secrets."""


def test_the_settings_themselves_read_each_environment(overlay: Overlay, tmp_path):
    for what, _, container in overlay.containers():
        if container["name"] not in ("api", "worker"):
            continue
        environment = {name: value for name, value in variables(container, overlay).items() if name.startswith("MERIT_")}
        for name, value in environment.items():
            if name.endswith("_FILE"):
                path = tmp_path / value.rpartition("/")[2]
                path.write_text(HELD.get(name, "word\n"), encoding="ascii")
                environment[name] = str(path)
        found = settings.read("appraisal", environment)
        assert found.production, what
        assert found.clock_file is None, what
        assert found.kafka.way == "tls" in WAYS, what
        assert found.kafka_replication == 3
        assert "_app:word@" in found.database_url, what
        assert "_log:word@" in found.log_database_url, what
        assert found.bus_url.startswith("kafka://"), "the embedded bus is for one machine"


def test_every_file_that_is_read_is_mounted_and_every_one_mounted_is_read(overlay: Overlay):
    for what, template, container in overlay.containers():
        mounted = files(template, container)
        found = variables(container, overlay)
        read = {value for name, value in found.items() if name.endswith("_FILE")}
        read |= {match for value in found.values() for match in re.findall(r"sslrootcert=([^&]+)", value)}
        assert read <= mounted, what
        # A waiting container has the volumes of the one that it waits for.
        if container["name"] != "await-migration":
            assert mounted <= read, what


def test_secrets_come_as_files_alone(overlay: Overlay):
    for what, template, container in overlay.containers():
        assert not any("valueFrom" in one for one in container["env"]), what
        for name, value in variables(container, overlay).items():
            assert not (name.endswith(("_PASSWORD", "_SECRET")) and value), what
        for volume in template["spec"]["volumes"]:
            if "projected" in volume:
                assert volume["projected"]["defaultMode"] == 0o440, what
    assert overlay.names("Secret") == set()


def test_arguments_are_commands_of_the_image(overlay: Overlay):
    for what, _, container in overlay.containers():
        found = variables(container, overlay)
        command, service = (filled(word, found) for word in container["args"])
        assert command == container["name"], what
        assert service in service_names(), what
        assert container["image"].split("@")[0].endswith(f"/merit-{service}"), what


def test_images_are_digests_and_each_release_has_migrations_of_its_own(overlay: Overlay):
    versions = {template["metadata"]["labels"]["app.kubernetes.io/version"] for _, template in overlay.workloads()}
    [version] = versions
    for what, _, container in overlay.containers():
        assert release.DIGEST.fullmatch(container["image"].partition("@")[2]), what
    assert overlay.names("Job") == {f"{name}-migrate-{version}" for name in service_names()}


def test_the_release_is_what_its_tool_writes():
    text = release.PLACE.read_text(encoding="utf-8")
    found = dict(re.findall(r"name: merit-(\w+)\n    newName: \S+\n    digest: (\S+)", text))
    registry = re.search(r"newName: (\S+)/merit-", text)[1]
    version = re.search(r'version: "(\S+)"', text)[1]
    assert release.text(version, registry, found) == text


@pytest.mark.parametrize(
    ("version", "digests"),
    [
        ("1.0.0", {}),
        ("1.0.0", dict.fromkeys(service_names(), "sha256:12")),
        ("1.0_0", dict.fromkeys(service_names(), f"sha256:{'a' * 64}")),
    ],
)
def test_a_release_without_digests_or_with_an_unusable_name_is_refused(version, digests):
    with pytest.raises(ValueError, match="expected"):
        release.text(version, "registry.merit.example", digests)


def test_what_has_a_default_and_what_has_none_is_all_the_settings():
    assert set(OPTIONAL) <= set(NAMES) | set(OPERATOR_NAMES)


def test_what_is_said_once_for_each_service_is_made_from_their_names():
    """A fifth service changes only what is made: the marks stay, and each place names it."""
    wrong = [str(path) for path, text in each_service.made().items() if path.read_text(encoding="utf-8") != text]
    assert wrong == [], "run `python -m deploy.overlays`"
    before, after = each_service.made(), each_service.made([*service_names(), "fifth"])
    assert {str(path.relative_to(ROOT)) for path in after.keys() - before.keys()} == {"deploy/kubernetes/base/fifth/kustomization.yaml"}
    shared_places = {path for path in before if path.parent.name not in service_names()}
    assert [str(path) for path in shared_places if "fifth" not in after[path]] == []
    compose = parse(after[ROOT / "deploy" / "compose.yaml"])[0]["services"]
    port = 8101 + len(service_names())
    assert compose["fifth-api"]["ports"] == [f"127.0.0.1:{port}:8080"] and compose["appraisal-api"]["ports"] == ["127.0.0.1:8101:8080"]
    assert f"server 127.0.0.1:{port}" in after[ROOT / "deploy" / "nginx.conf"]
