"""The shapes of the custom resources that deploy/ uses: of each kind the fields in use, as its operator defines them, and no other.

Strimzi's API is kafka.strimzi.io/v1, CloudNativePG's postgresql.cnpg.io/v1, its backup plugin's barmancloud.cnpg.io/v1. A field that is
not here is refused: look it up in the operator's definition before adding it.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
COUNT: Schema = {"type": "integer", "minimum": 1}
YES_NO: Schema = {"type": "boolean"}
SIZE: Schema = {"type": "string", "pattern": r"^[1-9][0-9]*(Mi|Gi|Ti)$"}
MOMENT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d$"}
SETTINGS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "integer"]}}


def one_of(*values: Any) -> Schema:
    return {"enum": list(values)}


def each(schema: Schema) -> Schema:
    return {"type": "array", "minItems": 1, "items": schema}


def having(optional: tuple[str, ...] = (), **fields: Schema) -> Schema:
    """An object with these fields and no others, all but the `optional` ones required."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


NAMED = having(name=TEXT)
KEY_OF = having(name=TEXT, key=TEXT)
CPU: Schema = {"type": "string", "pattern": r"^([1-9][0-9]*m|[1-9][0-9]*)$"}
QUANTITIES = having(optional=("ephemeral-storage",), **{"cpu": CPU, "memory": SIZE, "ephemeral-storage": SIZE})
RESOURCES = having(requests=QUANTITIES, limits=QUANTITIES)
PODS = having(podSelector=having(matchLabels={"type": "object", "additionalProperties": TEXT}))

LISTENER = having(
    optional=("networkPolicyPeers", "configuration"),
    name={"type": "string", "pattern": "^[a-z0-9]{1,11}$"},
    port={"type": "integer", "minimum": 9092},
    type=one_of("internal", "route", "tlsroute", "loadbalancer", "nodeport", "ingress", "cluster-ip"),
    tls=YES_NO,
    authentication=having(type=one_of("tls", "scram-sha-512", "custom")),
    networkPolicyPeers=each(PODS),
    configuration=having(
        optional=("loadBalancerSourceRanges",),
        maxConnections=COUNT,
        maxConnectionCreationRate=COUNT,
        loadBalancerSourceRanges=each(TEXT),
    ),
)
OPERATIONS = ("Read", "Write", "Create", "Delete", "Alter", "Describe", "AlterConfigs", "DescribeConfigs", "IdempotentWrite", "All")
ACL = having(
    resource=having(type=one_of("topic", "group"), name=TEXT, patternType=one_of("literal", "prefix")),
    operations=each(one_of(*OPERATIONS)),
)
VOLUME = having(
    optional=("kraftMetadata",),
    id={"type": "integer", "minimum": 0},
    type=one_of("persistent-claim"),
    size=SIZE,
    deleteClaim=YES_NO,
    kraftMetadata=one_of("shared"),
)
ROLE = having(name=TEXT, ensure=one_of("present"), login=YES_NO, passwordSecret=NAMED)

SHAPES: dict[tuple[str, str], Schema] = {
    ("kafka.strimzi.io/v1", "Kafka"): having(
        kafka=having(
            version=TEXT,
            metadataVersion=TEXT,
            listeners=each(LISTENER),
            authorization=having(type=one_of("simple", "custom")),
            rack=having(topologyKey=TEXT),
            metricsConfig=having(type=one_of("strimziMetricsReporter", "jmxPrometheusExporter")),
            config=SETTINGS,
        ),
        entityOperator=having(topicOperator=having(resources=RESOURCES), userOperator=having(resources=RESOURCES)),
        kafkaExporter=having(topicRegex=TEXT, groupRegex=TEXT),
    ),
    ("kafka.strimzi.io/v1", "KafkaNodePool"): having(
        replicas=COUNT,
        roles=each(one_of("controller", "broker")),
        storage=having(type=one_of("jbod"), volumes=each(VOLUME)),
        resources=RESOURCES,
    ),
    ("kafka.strimzi.io/v1", "KafkaTopic"): having(topicName=TEXT, partitions=COUNT, replicas=COUNT, config=SETTINGS),
    ("kafka.strimzi.io/v1", "KafkaUser"): having(
        optional=("quotas",),
        authentication=having(type=one_of("tls", "tls-external", "scram-sha-512")),
        authorization=having(type=one_of("simple"), acls=each(ACL)),
        quotas=having(
            consumerByteRate=COUNT, producerByteRate=COUNT, requestPercentage=COUNT, controllerMutationRate={"type": "number", "minimum": 0}
        ),
    ),
    ("postgresql.cnpg.io/v1", "Cluster"): having(
        optional=("externalClusters",),
        instances=COUNT,
        imageName={"type": "string", "pattern": r":18\.[0-9]+"},
        enableSuperuserAccess=YES_NO,
        enablePDB=YES_NO,
        bootstrap={
            "oneOf": [
                having(initdb=having(database=TEXT, owner=TEXT, dataChecksums=YES_NO, encoding=TEXT)),
                having(recovery=having(source=TEXT, recoveryTarget=having(targetTime=MOMENT))),
            ]
        },
        externalClusters=each(having(name=TEXT, plugin=having(name=TEXT, parameters=having(barmanObjectName=TEXT, serverName=TEXT)))),
        storage=having(size=SIZE),
        walStorage=having(size=SIZE),
        resources=RESOURCES,
        affinity=having(enablePodAntiAffinity=YES_NO, topologyKey=TEXT, podAntiAffinityType=one_of("preferred", "required")),
        postgresql=having(
            synchronous=having(
                method=one_of("any", "first"), number=COUNT, dataDurability=one_of("required", "preferred"), failoverQuorum=YES_NO
            ),
            parameters={"type": "object", "additionalProperties": TEXT},
            pg_hba=each(TEXT),
        ),
        managed=having(roles=each(ROLE)),
        plugins=each(
            having(
                name=TEXT,
                isWALArchiver=YES_NO,
                parameters=having(optional=("serverName",), barmanObjectName=TEXT, serverName=TEXT),
            )
        ),
    ),
    ("postgresql.cnpg.io/v1", "Database"): having(
        name=TEXT, owner=TEXT, ensure=one_of("present", "absent"), databaseReclaimPolicy=one_of("retain", "delete"), cluster=NAMED
    ),
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): having(
        schedule={"type": "string", "pattern": r"^\S+( \S+){5}$"},
        backupOwnerReference=one_of("none", "self", "cluster"),
        cluster=NAMED,
        method=one_of("plugin"),
        pluginConfiguration=NAMED,
    ),
    ("barmancloud.cnpg.io/v1", "ObjectStore"): having(
        retentionPolicy={"type": "string", "pattern": "^[1-9][0-9]*[dwm]$"},
        instanceSidecarConfiguration=having(resources=RESOURCES),
        configuration=having(
            destinationPath={"type": "string", "pattern": "^s3://.+/$"},
            s3Credentials=having(accessKeyId=KEY_OF, secretAccessKey=KEY_OF),
            wal=having(compression=TEXT),
            data=having(compression=TEXT),
        ),
    ),
}
