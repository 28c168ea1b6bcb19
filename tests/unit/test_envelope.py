"""The envelope on the bus: its headers say what its attributes say, and it comes back whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.events.envelope import Envelope, attributes, from_headers, to_headers

SECOND, FRACTION = datetime(2026, 1, 5, 2, tzinfo=UTC), datetime(2026, 4, 9, 8, 30, 0, 120, tzinfo=UTC)


@pytest.mark.parametrize(("causation", "trace"), [(None, None), ("c-1", None), ("c-1", "00-" + "a" * 32 + "-" + "b" * 16 + "-01")])
def test_headers_say_what_the_attributes_say_and_the_envelope_comes_back_whole(causation, trace):
    one = Envelope(
        "ec8e90a6-1006-51b9-b02a-bbe385cfff54", "merit.appraisal.TargetSet.v1", "mulyorejo", "m1", "appraisal-m1-2026", 3, SECOND, FRACTION,
        "m2", "é-1", causation, 2, trace, 77, b'{"target":1}',
    )  # fmt: skip
    headers = to_headers(one, 76)
    said = {f"ce_{name}": value.encode() for name, value in attributes(one).items()}
    assert dict(headers) == said | {"ce_previous": b"%020d" % 76, "content-type": b"application/json"}
    assert len(headers) == len(dict(headers))
    assert from_headers(headers, one.data) == (one, 76)
