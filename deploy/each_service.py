"""Writes what the deployment says once for each service: compositions, databases and roles, manifests, and the proxy's addresses.

Part of `python -m deploy.overlays`. The services are the folders of `services/`, in the order of its list: ports follow it. Whole files are
written; in files that people write, what stands between the marks `# each service: NAME` and `# end: NAME`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy import release
from shared.process.finding import service_names

DEPLOY = Path(__file__).resolve().parent
FIRST_PORT = 8101
HEAD = "# Made by `python -m deploy.overlays` from the services' names.\n"
ROLES = ("owner", "app", "log")

PROCESSES = """\
  {name}-migrate:
    <<: *process
    restart: on-failure:5
    image: merit-{name}
    build: &{name}-build {{context: .., dockerfile: deploy/Dockerfile, args: {{SERVICE: {name}}}}}
    command: [migrate, {name}]
    environment: &{name}
      <<: *settings
      MERIT_DATABASE_URL: postgresql://{name}_app@postgres/{name}
      MERIT_LOG_DATABASE_URL: postgresql://{name}_log@postgres/{name}
      MERIT_OWNER_DATABASE_URL: postgresql://{name}_owner@postgres/{name}
      MERIT_APP_ROLE: {name}_app
      MERIT_LOG_ROLE: {name}_log
    depends_on:
      postgres: {{condition: service_healthy}}

  {name}-api:
    <<: *process
    image: merit-{name}
    build: *{name}-build
    command: [api, {name}]
    environment: *{name}
    ports: ["127.0.0.1:{port}:8080"]
    stop_grace_period: 40s
    depends_on: &{name}-after
      {name}-migrate: {{condition: service_completed_successfully}}
      kafka: {{condition: service_healthy}}
    healthcheck:
      test: [CMD, python, -c, "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/readyz', timeout=3)"]
      interval: 5s
      timeout: 5s
      retries: 24

  {name}-worker:
    <<: *process
    image: merit-{name}
    build: *{name}-build
    command: [worker, {name}]
    environment: *{name}
    stop_grace_period: 90s
    depends_on: *{name}-after
    healthcheck:
      test: [CMD, python, -c, "from urllib.request import urlopen; urlopen('http://127.0.0.1:9090/readyz', timeout=3)"]
      interval: 5s
      timeout: 5s
      retries: 24
"""

ROOM = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../service
namePrefix: {name}-
labels:
  - includeSelectors: true
    includeTemplates: true
    pairs:
      app.kubernetes.io/name: {name}
      app.kubernetes.io/part-of: merit
images:
  - name: merit-service
    newName: merit-{name}
replacements:
  # The variable SERVICE, from which arguments and addresses are put together, and the names of the secrets.
  - source:
      kind: ServiceAccount
      fieldPath: metadata.labels.[app.kubernetes.io/name]
    targets:
      - select: {{kind: Deployment}}
        fieldPaths:
          - spec.template.spec.initContainers.*.env.[name=SERVICE].value
          - spec.template.spec.containers.*.env.[name=SERVICE].value
      - select: {{kind: Job}}
        fieldPaths:
          - spec.template.spec.containers.*.env.[name=SERVICE].value
      - select: {{kind: CronJob}}
        fieldPaths:
          - spec.jobTemplate.spec.template.spec.containers.*.env.[name=SERVICE].value
      - select: {{kind: Deployment}}
        fieldPaths:
          - spec.template.spec.volumes.[name=secrets].projected.sources.*.secret.name
        options: {{delimiter: "-", index: 0}}
      - select: {{kind: Job}}
        fieldPaths:
          - spec.template.spec.volumes.[name=secrets].projected.sources.*.secret.name
        options: {{delimiter: "-", index: 0}}
      - select: {{kind: CronJob}}
        fieldPaths:
          - spec.jobTemplate.spec.template.spec.volumes.[name=secrets].projected.sources.*.secret.name
        options: {{delimiter: "-", index: 0}}
"""

DATABASE = """\
apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata:
  name: {name}
spec:
  name: {name}
  owner: {name}_owner
  ensure: present
  databaseReclaimPolicy: retain
  cluster: {{name: postgres}}
"""

ROLE = """\
      - name: {name}_{role}
        ensure: present
        login: true
        passwordSecret: {{name: {name}-database-{role}}}
"""

Made = Callable[[Sequence[str]], str]


def _each(template: str, between: str = "") -> Made:
    """The template for each service: `{name}`, `{port}` of its API, and `{fill}`, which aligns what follows the name."""

    def made(names: Sequence[str]) -> str:
        wide = max(map(len, names))
        return between.join(
            template.format(name=name, port=FIRST_PORT + place, fill=" " * (wide - len(name))) for place, name in enumerate(names)
        )

    return made


def _roles(names: Sequence[str]) -> str:
    return "".join(ROLE.format(name=name, role=role) for name in names for role in ROLES)


def _all(names: Sequence[str]) -> str:
    return (
        f"{HEAD}# Every service's room; an overlay takes them all.\n"
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n" + "".join(f"  - {name}\n" for name in names)
    )


def _databases(names: Sequence[str]) -> str:
    about = "# One database a service. Deleting the object here leaves the database where it is.\n"
    return HEAD + about + _each(DATABASE, "---\n")(names)


def _release(names: Sequence[str]) -> str:
    """The release as it stands, with the services that there are; one that was in no release yet has a digest that no image has."""
    text = release.PLACE.read_text(encoding="utf-8")
    known = dict(re.findall(r"newName: \S+/merit-(\S+)\n    digest: (\S+)", text))
    [version], registry = re.findall(r'version: "(.*)"', text), re.findall(r"newName: (\S+)/merit-", text)[0]
    return release.text(version, registry, {name: known.get(name, "sha256:" + "0" * 64) for name in names}, names)


PARTS: dict[str, dict[str, Made]] = {
    "compose.yaml": {
        "connections": lambda names: f"    command: [postgres, -c, max_connections={50 * len(names)}]\n",
        "processes": _each(PROCESSES, "\n"),
    },
    "compose/databases.sh": {"databases": lambda names: f"for service in {' '.join(names)}; do\n"},
    "kubernetes/components/postgres-cnpg/cluster.yaml": {
        "connections": lambda names: f'      max_connections: "{150 * len(names)}"\n',
        "rights": _each("      - hostssl {name} {name}_owner,{name}_app,{name}_log all scram-sha-256\n"),
        "roles": _roles,
    },
    "nginx.conf": {
        "upstreams": _each("upstream merit_{name}{fill} {{ server 127.0.0.1:{port}; keepalive 16; }}\n"),
        "locations": _each("    location /{name}/{fill} {{ proxy_pass http://merit_{name}/; }}\n"),
        "imports": _each(
            "    location /{name}/v1/imports/{fill} {{ proxy_read_timeout 300s; proxy_pass http://merit_{name}/v1/imports/; }}\n"
        ),
    },
}
"""A file that people write → what in it is made."""
WHOLE: dict[str, Made] = {
    "kubernetes/base/kustomization.yaml": _all,
    "kubernetes/components/postgres-cnpg/databases.yaml": _databases,
    "kubernetes/components/release/kustomization.yaml": _release,
}


def made(names: Sequence[str] | None = None, deploy: Path = DEPLOY) -> dict[Path, str]:
    """File → its text for these services (those that there are). ValueError where a file lacks the marks."""
    names = service_names() if names is None else names
    found = {deploy / place: whole(names) for place, whole in WHOLE.items()}
    found |= {deploy / f"kubernetes/base/{name}/kustomization.yaml": HEAD + ROOM.format(name=name) for name in names}
    for place, parts in PARTS.items():
        text = (deploy / place).read_text(encoding="utf-8")
        for part, make in parts.items():
            text = _between(text, part, make(names), place)
        found[deploy / place] = text
    return found


def _between(text: str, part: str, inner: str, place: str) -> str:
    marks = re.compile(rf"(?ms)^( *# each service: {part}\b[^\n]*\n).*?(^ *# end: {part}$)")
    if not marks.search(text):
        raise ValueError(f"{place}: expected the marks `# each service: {part}` and `# end: {part}`, found them missing; put them back")
    return marks.sub(lambda match: match[1] + inner + match[2], text)


def write() -> list[Path]:
    """Write what has changed; the files that had."""
    changed = [(path, text) for path, text in made().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [path for path, _ in changed]
