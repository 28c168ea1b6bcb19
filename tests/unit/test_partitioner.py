"""The partitioner: the same numbers as Kafka's Java client, for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.bus.partitioner import partition_of

# murmur2 of these keys as Kafka's own tests give it: a change here would move every key to another partition.
JAVA_MURMUR2 = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", JAVA_MURMUR2)
@pytest.mark.parametrize("partitions", [8, 24])
def test_a_key_meets_where_java_puts_it(key, partitions):
    assert partition_of(key, partitions) == (JAVA_MURMUR2[key] & 0x7FFFFFFF) % partitions


@given(st.binary(max_size=200), st.integers(1, 100))
def test_every_key_has_one_partition_within_bounds(key, partitions):
    assert 0 <= partition_of(key, partitions) < partitions
    assert partition_of(key, partitions) == partition_of(bytes(bytearray(key)), partitions)


def test_keys_of_people_spread_over_all_partitions():
    met = {partition_of(f"mulyorejo/employee-{number}".encode(), 24) for number in range(500)}
    assert met == set(range(24))
