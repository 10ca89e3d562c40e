"""Both domains give the same gold on Hadoop's S3A client as on files, and each call is authorised."""

from __future__ import annotations

import pytest

from conformance.s3a.calls import job_calls, recorded
from conformance.s3a.gold import differences, rows_of
from lake.model.marts import QUALITY_BY_RUN
from lake.naming import compaction_prefix, layer_prefix, speed_prefix
from tests.conformance.history import DOMAINS, History, Played, ledger_entries

pytestmark = [pytest.mark.conformance, pytest.mark.parametrize("domain", DOMAINS)]

OF_THE_RUN = {QUALITY_BY_RUN.name: ("run_id", "execution", "checked_at")}
"""Columns that name the run or its time, by mart."""


def failed(played: Played) -> list[str]:
    return [
        f"{run['JobName']} {run['JobRunState']}: {run.get('ErrorMessage')}"
        for run in played.runs
        if run["JobRunState"] != "SUCCEEDED"
    ]


def test_every_execution_and_job_succeeds(s3a: History, ordinary: History, domain: str) -> None:
    assert failed(s3a[domain]) == []
    assert set(s3a[domain].executions) == {"SUCCEEDED"}
    assert len(s3a[domain].executions) == len(ordinary[domain].executions)


def test_gold_equals_the_ordinary_runs_row_by_row(s3a: History, ordinary: History, domain: str) -> None:
    for mart in (*s3a[domain].domain.marts, QUALITY_BY_RUN):
        expected, found = (
            rows_of(
                played.folder(played.names.curated_bucket, layer_prefix("gold", domain, mart.name)),
                without=OF_THE_RUN.get(mart.name, ()),
            )
            for played in (ordinary[domain], s3a[domain])
        )
        assert expected, f"{mart.name} has no rows"
        assert differences(expected, found) == [], mart.name


def test_speed_view_and_compaction_equal_the_ordinary_runs(
    s3a: History, ordinary: History, domain: str
) -> None:
    for table in s3a[domain].domain.stream_tables:
        expected, found = (
            rows_of(played.folder(played.names.processed_bucket, speed_prefix(domain, table.name)))
            for played in (ordinary[domain], s3a[domain])
        )
        assert differences(expected, found) == []
        compacted = [
            [entry["rows"] for entry in ledger_entries(played, compaction_prefix(domain, table.name))]
            for played in (ordinary[domain], s3a[domain])
        ]
        assert compacted[0]
        assert compacted[0] == compacted[1]


def test_no_call_is_denied(s3a: History, domain: str) -> None:
    entries = recorded(s3a[domain].recording)
    assert [entry for entry in entries if not entry["allowed"]] == []


def test_s3a_asks_for_nothing_that_the_ordinary_run_does_not_ask_for(
    s3a: History, ordinary: History, domain: str
) -> None:
    """The local runtime is never kinder than Hadoop's client: it decides on each of its calls.

    Event logs, in the artifacts bucket, are written on S3A only.
    """
    asked, known = (
        {
            call
            for call in job_calls(played.recording, played.domain, played.names)
            if call.bucket != "artifacts"
        }
        for played in (s3a[domain], ordinary[domain])
    )
    assert sorted(map(str, asked - known)) == []
