"""What the operators of Kafka and PostgreSQL are told: shapes, and what the shapes cannot say."""

from __future__ import annotations

import copy
import re
import textwrap

import pytest
from jsonschema import Draft202012Validator

from tests.support import manifests
from tests.support.custom_resources import SHAPES
from tests.support.manifests import OVERLAYS, Overlay, labels_of, name_of, variables

PLAIN = {
    *("Namespace", "ResourceQuota", "LimitRange", "ConfigMap", "Service", "ServiceAccount", "Deployment", "Job", "CronJob"),
    *("PodDisruptionBudget", "NetworkPolicy"),
}


def wrong(document: dict) -> list[str]:
    """What is wrong with a custom resource's shape."""
    shape = SHAPES[document["apiVersion"], document["kind"]]
    found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(shape).iter_errors(document["spec"])]
    return found + [f"unknown: {key}" for key in set(document) - {"apiVersion", "kind", "metadata", "spec"}]


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return manifests.overlay(request.param)


def test_each_has_its_operators_shape(overlay: Overlay):
    seen = set()
    for document in overlay.documents:
        if document["kind"] not in PLAIN:
            assert wrong(document) == [], (document["kind"], name_of(document))
            seen.add((document["apiVersion"], document["kind"]))
    assert seen == set(SHAPES)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("KafkaUser", lambda spec: spec["authorization"]["acls"][0].update(operation="Read")),
        ("Cluster", lambda spec: spec.update(instance=3)),
        ("Cluster", lambda spec: spec["postgresql"]["parameters"].update(max_connections=400)),
        ("KafkaTopic", lambda spec: spec.update(partitions="24")),
        ("ScheduledBackup", lambda spec: spec.update(schedule="0 18 * * *")),
        ("Kafka", lambda spec: spec["kafka"]["listeners"][0].update(authentication={"type": "oauth"})),
    ],
)
def test_a_wrong_field_is_found(kind, change):
    document = copy.deepcopy(manifests.overlay("platform").of(kind)[0])
    change(document["spec"])
    assert wrong(document)


def test_the_restore_of_the_page_has_its_operators_shape_and_reads_where_the_backups_lie():
    page = (manifests.ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^ *```yaml\n(.*?)^ *```$", page, re.MULTILINE | re.DOTALL)
    [change] = manifests.parse(textwrap.dedent(block))
    cluster = copy.deepcopy(manifests.overlay("platform").of("Cluster")[0])
    cluster["spec"].update(change)
    assert wrong(cluster) == []
    [store] = manifests.overlay("platform").names("ObjectStore")
    [before], [after] = change["externalClusters"], change["plugins"]
    assert change["bootstrap"]["recovery"]["source"] == before["name"]
    read, written = before["plugin"]["parameters"], after["parameters"]
    assert read["barmanObjectName"] == written["barmanObjectName"] == store
    assert read["serverName"] == name_of(cluster) != written["serverName"]


def test_strimzi_takes_note_of_everything_that_is_meant_for_it(overlay: Overlay):
    """Without the label it is silently ignored."""
    for document in overlay.of("KafkaTopic", "KafkaUser", "KafkaNodePool"):
        assert labels_of(document)["strimzi.io/cluster"] in overlay.names("Kafka"), name_of(document)


def test_two_of_three_brokers_keep_what_was_acknowledged(overlay: Overlay):
    brokers = sum(pool["spec"]["replicas"] for pool in overlay.of("KafkaNodePool") if "broker" in pool["spec"]["roles"])
    config = overlay.of("Kafka")[0]["spec"]["kafka"]["config"]
    assert (brokers, config["default.replication.factor"], config["min.insync.replicas"]) == (3, 3, 2)
    assert config["auto.create.topics.enable"] == "false"
    for topic in overlay.of("KafkaTopic"):
        assert topic["spec"]["replicas"] == 3
        assert topic["spec"]["config"]["min.insync.replicas"] == "2"


def test_nothing_that_holds_data_goes_with_the_object_that_asked_for_it(overlay: Overlay):
    """And the cluster's own memory, which the controllers keep, outlives one of them."""
    controllers = sum(pool["spec"]["replicas"] for pool in overlay.of("KafkaNodePool") if "controller" in pool["spec"]["roles"])
    assert controllers == 3
    for pool in overlay.of("KafkaNodePool"):
        assert [volume["deleteClaim"] for volume in pool["spec"]["storage"]["volumes"]] == [False], name_of(pool)
    for database in overlay.of("Database"):
        assert database["spec"]["databaseReclaimPolicy"] == "retain", name_of(database)


def test_the_log_is_archived_as_it_is_written_and_a_base_backup_is_taken_each_night(overlay: Overlay):
    [store], [nightly] = overlay.names("ObjectStore"), overlay.of("ScheduledBackup")
    [plugin] = overlay.of("Cluster")[0]["spec"]["plugins"]
    assert (plugin["isWALArchiver"], plugin["parameters"]["barmanObjectName"]) == (True, store)
    assert nightly["spec"]["pluginConfiguration"]["name"] == plugin["name"]
    assert re.fullmatch(r"0 0 \d+ \* \* \*", nightly["spec"]["schedule"])


def test_every_listener_asks_who_comes_and_over_tls(overlay: Overlay):
    for listener in overlay.of("Kafka")[0]["spec"]["kafka"]["listeners"]:
        assert listener["tls"] is True
        assert listener["authentication"]["type"] == ("tls" if listener["type"] == "internal" else "scram-sha-512")


def test_postgresql_takes_all_connections_that_the_services_may_open(overlay: Overlay):
    """Each thread of an API holds at most one for its agency and, of six, one for the log; a worker has a pool and sessions of its own."""
    pods = dict.fromkeys(("api", "worker"), 0)
    for one in overlay.of("Deployment"):
        pods[name_of(one).rpartition("-")[2]] += one["spec"]["replicas"] + one["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
    [api] = {(found["MERIT_API_WORKERS"], found["MERIT_API_THREADS"]) for found in environments(overlay, "api")}
    processes, threads = map(int, api)
    wanted = pods["api"] * processes * (threads + min(threads, 6)) + pods["worker"] * (12 + 6)
    cluster = overlay.of("Cluster")[0]["spec"]
    assert int(cluster["postgresql"]["parameters"]["max_connections"]) > wanted


def environments(overlay: Overlay, name: str) -> list[dict[str, str]]:
    return [variables(container, overlay) for _, _, container in overlay.containers() if container["name"] == name]


def test_a_commit_survives_the_loss_of_an_instance(overlay: Overlay):
    cluster = overlay.of("Cluster")[0]["spec"]
    assert cluster["instances"] >= 3
    expected = {"method": "any", "number": 1, "dataDurability": "required", "failoverQuorum": True}
    assert cluster["postgresql"]["synchronous"] == expected
    assert (cluster["enablePDB"], cluster["affinity"]["enablePodAntiAffinity"]) == (True, True)
    assert cluster["enableSuperuserAccess"] is False


def test_each_overlay_has_a_place_for_backups_of_its_own():
    found = {name: manifests.overlay(name).of("ObjectStore")[0]["spec"]["configuration"]["destinationPath"] for name in OVERLAYS}
    assert len(set(found.values())) == len(found)
