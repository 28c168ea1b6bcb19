"""One guarded broker for all tests of who may do what on Kafka."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import manifests
from tests.support.guarded_kafka import GuardedKafka


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedKafka]:
    """With the topics, users and rights of the agencies that are hosted together. Give what you publish keys of your own."""
    made = GuardedKafka(tmp_path_factory.mktemp("guarded"), manifests.overlay("platform"))
    with made.broker:
        made.prepare()
        yield made
