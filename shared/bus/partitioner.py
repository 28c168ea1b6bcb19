"""Which partition a key lives in: Kafka's own murmur2, on both buses, so that one key meets in one partition number everywhere.

Worked out here, because kafka-python's stands in a library that nobody needs on the embedded bus.
"""

from functools import lru_cache
from struct import iter_unpack

FACTOR, SEED, WORD = 0x5BD1E995, 0x9747B28C, 0xFFFFFFFF


@lru_cache(maxsize=16_384)
def partition_of(key: bytes, partitions: int) -> int:
    """The partition number of `key` among `partitions`; the same as the Java client's default partitioner."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


def _murmur2(key: bytes) -> int:
    """The unsigned 32-bit hash, by Kafka's seed."""
    whole = len(key) & ~3
    digest = SEED ^ len(key)
    for (word,) in iter_unpack("<I", key[:whole]):
        word = word * FACTOR & WORD
        word = (word ^ word >> 24) * FACTOR & WORD
        digest = digest * FACTOR & WORD ^ word
    if rest := key[whole:]:
        digest = (digest ^ int.from_bytes(rest, "little")) * FACTOR & WORD
    digest = (digest ^ digest >> 13) * FACTOR & WORD
    return digest ^ digest >> 15
