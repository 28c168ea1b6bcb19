"""What every pod asks for and promises: restricted, bounded, spread, rolled out and stopped so that nobody notices."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from shared.process.api import GRACEFUL_SECONDS
from tests.support import manifests
from tests.support.manifests import OVERLAYS, Document, Overlay, amount, labels_of, name_of, variables

MEASURED = {"api": amount("110Mi"), "worker": amount("140Mi")}
"""What one process was seen to hold after a played year, rounded up; gunicorn's own process counts as one more."""
OURS = {"Deployment", "Job", "CronJob", "Service", "ServiceAccount", "PodDisruptionBudget"}


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> Overlay:
    return manifests.overlay(request.param)


def test_labels_say_whose_what_and_which(overlay: Overlay):
    realm = overlay.settings["MERIT_REALM"]
    for owner in overlay.of(*OURS):
        found = labels_of(owner)
        expected = {"part-of": "merit", "managed-by": "kustomize", "instance": realm}
        assert {key: found[f"app.kubernetes.io/{key}"] for key in expected} == expected, name_of(owner)
        assert found["merit/realm"] == realm, name_of(owner)
        assert found["app.kubernetes.io/version"], name_of(owner)
        assert name_of(owner).startswith(f"{found['app.kubernetes.io/name']}-")
    for owner, template in overlay.workloads():
        own = labels_of(template)
        assert own.items() >= labels_of(owner).items(), name_of(owner)
        assert own["app.kubernetes.io/component"] in {"api", "worker", "migrate", "rebuild"}


def test_pods_are_restricted(overlay: Overlay):
    """Field by field what the Pod Security standard asks for, and a root file system that cannot be written."""
    for what, template, container in overlay.containers():
        pod, own = template["spec"]["securityContext"], container["securityContext"]
        assert pod["runAsNonRoot"] and own["runAsNonRoot"], what
        assert pod["runAsUser"] == own["runAsUser"] >= 10_000, what
        assert pod["runAsGroup"] == pod["fsGroup"] >= 10_000, what
        assert pod["fsGroupChangePolicy"] == "OnRootMismatch", what
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, what
        assert own["allowPrivilegeEscalation"] is False, what
        assert own["readOnlyRootFilesystem"] is True, what
        assert own["capabilities"] == {"drop": ["ALL"]}, what
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(template["spec"]), what


def test_pods_know_nothing_of_kubernetes(overlay: Overlay):
    """No token, no addresses of other Services in the environment."""
    for one in overlay.of("ServiceAccount"):
        assert one["automountServiceAccountToken"] is False
    for owner, template in overlay.workloads():
        assert template["spec"]["automountServiceAccountToken"] is False, name_of(owner)
        assert template["spec"]["enableServiceLinks"] is False, name_of(owner)
    assert not overlay.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


def test_resources_are_bounded(overlay: Overlay):
    for what, _, container in overlay.containers():
        requests, limits = container["resources"]["requests"], container["resources"]["limits"]
        assert set(requests) == set(limits) == {"cpu", "memory", "ephemeral-storage"}, what
        for name in requests:
            assert amount(requests[name]) <= amount(limits[name]), (what, name)


def test_memory_holds_what_the_processes_were_seen_to_need(overlay: Overlay):
    for what, _, container in overlay.containers():
        if (kind := container["name"]) in MEASURED:
            processes = int(variables(container, overlay)["MERIT_API_WORKERS"]) + 1 if kind == "api" else 1
            assert amount(container["resources"]["limits"]["memory"]) >= processes * MEASURED[kind] * Fraction(3, 2), what


def test_what_is_written_has_bounds_within_the_pods_own(overlay: Overlay):
    """An emptyDir that could outgrow the limit would have the pod evicted."""
    for owner, template in overlay.workloads():
        volumes = {volume["name"]: volume for volume in template["spec"]["volumes"]}
        assert all(set(one) - {"name"} <= {"emptyDir", "projected", "configMap"} for one in volumes.values()), name_of(owner)
        empty = [one["emptyDir"] for one in volumes.values() if "emptyDir" in one]
        assert empty and all("sizeLimit" in one for one in empty), name_of(owner)
        on_disk = sum(amount(one["sizeLimit"]) for one in empty if one.get("medium") != "Memory")
        limits = [amount(one["resources"]["limits"]["ephemeral-storage"]) for one in template["spec"]["containers"]]
        assert on_disk <= sum(limits), name_of(owner)


def test_pods_spread_over_nodes_and_zones_release_by_release(overlay: Overlay):
    """Without the template's hash the pods of the release before would count, and push the new ones together."""
    for one in overlay.of("Deployment"):
        constraints = one["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert {found["topologyKey"] for found in constraints} == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        for found in constraints:
            assert (found["maxSkew"], found["whenUnsatisfiable"]) == (1, "ScheduleAnyway")
            assert found["matchLabelKeys"] == ["pod-template-hash"]


def test_a_rollout_takes_no_pod_away_before_another_is_useful(overlay: Overlay):
    for one in overlay.of("Deployment"):
        spec = one["spec"]
        assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}, name_of(one)
        assert spec["minReadySeconds"] > 0, name_of(one)
        assert 1 <= spec["revisionHistoryLimit"] <= 10, name_of(one)
        # It waits for the migration, which has half an hour at most but is done in minutes.
        assert spec["progressDeadlineSeconds"] >= 900, name_of(one)


def test_liveness_asks_another_question_than_readiness(overlay: Overlay):
    for what, _, container in overlay.containers():
        if container["name"] in ("api", "worker"):
            probes = {kind: container[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}
            paths = {kind: probe["httpGet"]["path"] for kind, probe in probes.items()}
            assert paths == {"startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"}, what
            [port] = container["ports"]
            assert {probe["httpGet"]["port"] for probe in probes.values()} == {port["name"]}, what
            assert all(probe["timeoutSeconds"] > 0 for probe in probes.values()), what
            patience = {kind: probe["periodSeconds"] * probe["failureThreshold"] for kind, probe in probes.items()}
            assert patience["readiness"] < patience["liveness"], "out of the way before it is restarted"
            assert patience["startup"] >= 60, what
            bind = variables(container, overlay)[f"MERIT_{container['name'].upper()}_BIND"]
            assert bind == f"0.0.0.0:{port['containerPort']}", what


def test_a_stop_is_waited_for(overlay: Overlay):
    """Longer than the Service needs to forget a pod and gunicorn to end; a worker's threads have ten seconds each."""
    for what, template, container in overlay.containers():
        patience = template["spec"].get("terminationGracePeriodSeconds", 30)
        if container["name"] == "api":
            pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert pause > 0, what
            assert patience > pause + GRACEFUL_SECONDS, what
        if container["name"] == "worker":
            assert patience > 10 * 4, what


def test_a_drain_is_never_blocked(overlay: Overlay):
    replicas = {name_of(one): one["spec"]["replicas"] for one in overlay.of("Deployment")}
    for budget in overlay.of("PodDisruptionBudget"):
        assert budget["spec"]["maxUnavailable"] >= 1
        assert "minAvailable" not in budget["spec"]
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert replicas[name_of(budget)] >= 2


def test_a_service_pod_waits_and_changes_nothing(overlay: Overlay):
    """The migration runs once, as a Job with a role of its own; what waits for it has no right to change tables."""
    for owner, template in overlay.workloads():
        waiting = template["spec"].get("initContainers", [])
        assert [one["name"] for one in waiting] == (["await-migration"] if owner["kind"] == "Deployment" else [])
        for one in waiting:
            assert {name for name in variables(one, overlay) if name.endswith("DATABASE_URL")} == {"MERIT_DATABASE_URL"}
    for what, _, container in overlay.containers():
        roles = {re.match(r"postgresql://[a-z]+_([a-z]+)@", value)[1] for name, value in roles_in(container, overlay)}
        expected = {"migrate": {"owner"}, "rebuild": {"owner", "app"}, "await-migration": {"app"}}
        assert roles == expected.get(container["name"], {"app", "log"}), what


def roles_in(container: Document, overlay: Overlay) -> list[tuple[str, str]]:
    return [(name, value) for name, value in variables(container, overlay).items() if name.endswith("DATABASE_URL")]


def test_jobs_end_and_are_cleared_away(overlay: Overlay):
    jobs = {name_of(one): one["spec"] for one in overlay.of("Job")}
    jobs |= {name_of(one): one["spec"]["jobTemplate"]["spec"] for one in overlay.of("CronJob")}
    assert len(jobs) == 2 * len(overlay.of("Service"))
    for name, spec in jobs.items():
        assert spec["template"]["spec"]["restartPolicy"] == "Never", name
        assert spec["activeDeadlineSeconds"] > 0, name
        assert spec["ttlSecondsAfterFinished"] >= 86_400, "somebody may want to read its log the day after"
        # A migration is tried again while PostgreSQL comes up; a rebuild that failed wants a person.
        assert spec["backoffLimit"] == (0 if "rebuild" in name else 6), name


def test_a_rebuild_runs_only_when_an_operator_says_so(overlay: Overlay):
    for one in overlay.of("CronJob"):
        spec = one["spec"]
        assert spec["suspend"] is True
        assert spec["concurrencyPolicy"] == "Forbid"
        assert spec["startingDeadlineSeconds"] > 0
        assert spec["timeZone"].startswith("Asia/")
        assert {"successfulJobsHistoryLimit", "failedJobsHistoryLimit"} <= set(spec)


def test_a_service_is_reached_within_the_cluster_alone(overlay: Overlay):
    assert not overlay.of("Ingress", "Gateway", "HTTPRoute")
    for one in overlay.of("Service"):
        assert one["spec"]["type"] == "ClusterIP"
        assert [(port["name"], port["targetPort"], port["appProtocol"]) for port in one["spec"]["ports"]] == [("http", "http", "http")]


def test_the_namespace_enforces_the_restricted_standard(overlay: Overlay):
    [namespace] = overlay.of("Namespace")
    for mode in ("enforce", "audit", "warn"):
        assert labels_of(namespace)[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert re.fullmatch(r"v1\.\d+", labels_of(namespace)[f"pod-security.kubernetes.io/{mode}-version"])


def test_the_quota_lets_everything_in_also_amid_a_release(overlay: Overlay):
    """Kafka's and PostgreSQL's pods among it, and one more of each pod while a release rolls out; a tenth is left over."""
    [quota] = overlay.of("ResourceQuota")
    hard = {name: amount(value) for name, value in quota["spec"]["hard"].items()}
    pods = list(asked(overlay))
    claims = sum(count for count, claims, _ in pods for _ in range(claims))
    found = {"pods": sum(count for count, _, _ in pods), "persistentvolumeclaims": claims}
    for bound, name in (("requests", "cpu"), ("requests", "memory"), ("limits", "memory")):
        found[f"{bound}.{name}"] = sum(count * sum(amount(one[bound][name]) for one in containers) for count, _, containers in pods)
    assert set(found) == set(hard)
    for name, wanted in found.items():
        assert wanted * Fraction(11, 10) <= hard[name], (name, float(wanted), float(hard[name]))


def asked(overlay: Overlay) -> list[tuple[int, int, list[Document]]]:
    """How many pods, how many claims each has, and the resources of a pod's containers."""
    [limits] = overlay.of("LimitRange")
    [by_default] = limits["spec"]["limits"]
    unsaid = {"requests": by_default["defaultRequest"], "limits": by_default["default"]}
    found = []
    for owner, template in overlay.workloads():
        spec = owner["spec"]
        count = spec["replicas"] + spec["strategy"]["rollingUpdate"]["maxSurge"] if owner["kind"] == "Deployment" else 1
        found.append((count, 0, [one["resources"] for one in template["spec"]["containers"]]))
    for pool in overlay.of("KafkaNodePool"):
        found.append((pool["spec"]["replicas"], len(pool["spec"]["storage"]["volumes"]), [pool["spec"]["resources"]]))
    for kafka in overlay.of("Kafka"):
        operators = kafka["spec"]["entityOperator"]
        found.append((1, 0, [operators["topicOperator"]["resources"], operators["userOperator"]["resources"]]))
        found.append((1, 0, [unsaid]))  # the exporter
    [store] = overlay.of("ObjectStore")
    for cluster in overlay.of("Cluster"):
        beside = store["spec"]["instanceSidecarConfiguration"]["resources"]
        # One instance more while it is made anew from a backup.
        found.append((cluster["spec"]["instances"] + 1, 2, [cluster["spec"]["resources"], beside]))
    return found
