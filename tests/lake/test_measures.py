"""Measures of job runs, and their records."""

from __future__ import annotations

import json

import pytest

from lake.errors import CaudalError
from lake.measures import Measures, Recorded, recorded_from

RECORD = Recorded(
    domain="shop", job="raw_to_processed", size="sample",
    measures=Measures(runs=2, processor=1.25, driver=3.5, listed=1, read=2, copied=3, written=4, deleted=5),
)  # fmt: skip


def test_requests_are_those_of_all_actions() -> None:
    assert RECORD.measures.requests == 15


def test_measures_of_several_runs_are_added() -> None:
    runs = [Measures(tasks=1, processor=0.5, read=2), Measures(runs=2, tasks=3, processor=1.0)]
    assert Measures.of(runs) == Measures(runs=3, tasks=4, processor=1.5, read=2)


def test_record_is_read_as_it_was_written() -> None:
    assert recorded_from(json.loads(json.dumps(RECORD.to_json()))) == RECORD


def test_seconds_are_recorded_in_hundredths() -> None:
    record = Recorded(domain="d", job="j", size="s", measures=Measures(processor=1.23456, driver=0.006))
    assert (record.to_json()["processor"], record.to_json()["driver"]) == (1.23, 0.01)


def test_record_with_other_fields_is_refused() -> None:
    body = RECORD.to_json()
    with pytest.raises(CaudalError, match="other fields: heat, tasks"):
        recorded_from({name: body[name] for name in body if name != "tasks"} | {"heat": 1})
    with pytest.raises(CaudalError, match="domain, job or size is missing"):
        recorded_from({name: body[name] for name in body if name != "size"})
