"""Ids that derive from what they name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import derived_id, event_id


@given(st.text(), st.text(), st.integers(1, 10**6))
def test_an_events_id_is_the_text_of_the_derived_id(agency, stream, version):
    assert event_id(agency, stream, version) == str(derived_id("event", agency, stream, version))
