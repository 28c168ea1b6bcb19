"""What the commands that are sent most cost: each stream is read once, and a request sends a handful of messages."""

from __future__ import annotations

from tests.support.costs import appraisal_costs, pay_run_costs


def test_a_target_a_score_and_an_objection_read_each_stream_once_in_a_handful_of_messages(postgres_url):
    found = appraisal_costs(postgres_url)
    assert {name: cost.messages for name, cost in found.items()} == {"set a target": 4, "submit a score": 7, "file an objection": 5}
    assert found["file an objection"].streams == {"appraisal-budi-2026-Q1": 1, "appraisal-rules-appraisal": 1}
    assert {times for cost in found.values() for times in cost.streams.values()} == {1}


def test_opening_a_pay_run_reads_each_stream_once_and_it_costs_the_same_for_twenty_as_for_one(postgres_url):
    for_one, for_twenty = (pay_run_costs(postgres_url, persons) for persons in (1, 20))
    opening = for_one["open a pay run"]
    assert opening.messages == 12 and set(opening.streams.values()) == {1}
    assert for_one == for_twenty
