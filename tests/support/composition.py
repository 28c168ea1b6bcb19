"""The shape of compose.yaml: of the compose specification the fields in use, and no other. Add a field here after looking it up there."""

from __future__ import annotations

from tests.support.custom_resources import TEXT, YES_NO, Schema, each, having, one_of

DURATION: Schema = {"type": "string", "pattern": "^[1-9][0-9]*(s|m)$"}
ENVIRONMENT: Schema = {"type": "object", "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"}, "additionalProperties": TEXT}
AFTER = having(condition=one_of("service_healthy", "service_completed_successfully"))
TEST: Schema = {"type": "array", "minItems": 2, "prefixItems": [one_of("CMD", "CMD-SHELL")], "items": TEXT}
HEALTH = having(test=TEST, interval=DURATION, timeout=DURATION, retries={"type": "integer", "minimum": 1})
VOLUME: Schema = {"type": "string", "pattern": r"^(\.?[a-z/.]+):/[a-z/.-]+(:ro)?$"}
PORT: Schema = {"type": "string", "pattern": r"^127\.0\.0\.1:[0-9]+:[0-9]+$"}
SERVICE = having(
    optional=(
        *("build", "command", "environment", "secrets", "volumes", "ports", "healthcheck", "depends_on", "read_only", "cap_drop"),
        *("security_opt", "tmpfs", "stop_grace_period", "mem_limit"),
    ),
    image=TEXT,
    restart={"type": "string", "pattern": "^(unless-stopped|on-failure:[1-9])$"},
    build=having(context=one_of(".."), dockerfile=TEXT, args={"type": "object", "additionalProperties": TEXT}),
    command=each(TEXT),
    environment=ENVIRONMENT,
    secrets=each(TEXT),
    volumes=each(VOLUME),
    ports=each(PORT),
    healthcheck=HEALTH,
    depends_on={"type": "object", "additionalProperties": AFTER},
    read_only=YES_NO,
    cap_drop=each(one_of("ALL")),
    security_opt=each(one_of("no-new-privileges:true")),
    tmpfs=each({"type": "string", "pattern": "^/tmp:size=[0-9]+m$"}),
    stop_grace_period=DURATION,
    mem_limit={"type": "string", "pattern": "^[1-9][0-9]*m$"},
)
SHAPE: Schema = {
    "type": "object",
    "properties": {
        "name": TEXT,
        "services": {"type": "object", "additionalProperties": SERVICE},
        "secrets": {"type": "object", "additionalProperties": having(file={"type": "string", "pattern": r"^\./compose/secrets/"})},
        "volumes": {"type": "object", "additionalProperties": having()},
    },
    "patternProperties": {"^x-": {"type": "object"}},
    "required": ["name", "services", "secrets", "volumes"],
    "additionalProperties": False,
}
