"""Which partition a key lives in: Kafka's own murmur2, on both buses, so that one key meets in one partition number everywhere."""

from kafka.partitioner.default import murmur2


def partition_of(key: bytes, partitions: int) -> int:
    """The partition number of `key` among `partitions`; the same as the Java client's default partitioner."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions
