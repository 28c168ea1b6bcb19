"""What a worker measures, for Prometheus. Labels hold no agency's persons, only services, relays and partitions' owners."""

from prometheus_client import CollectorRegistry, Gauge

REGISTRY = CollectorRegistry()
OUTBOX = Gauge("merit_outbox_events", "positions of the store that a relay has not published yet", ["service"], registry=REGISTRY)
BEHIND = Gauge(
    "merit_consumer_behind_messages", "messages on the bus that the service has not consumed yet", ["service"], registry=REGISTRY
)
DECISIONS = Gauge("merit_decisions_waiting", "decisions marked and not yet taken", ["service"], registry=REGISTRY)
DUE = Gauge("merit_timers_due_agencies", "agencies in which a timer is due", ["service"], registry=REGISTRY)
PARKED = Gauge("merit_parked", "parked messages and decisions", ["service"], registry=REGISTRY)
JOBS = Gauge("merit_jobs_under_way", "jobs that wait or run", ["service"], registry=REGISTRY)
ALARM = Gauge(
    "merit_alarm",
    "1 while something needs a person: a stopped partition, a relay that refuses, an own log that stops",
    ["service", "what"],
    registry=REGISTRY,
)
