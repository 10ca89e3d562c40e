"""A line of JSON becomes a typed row, or is quarantined with the checks that it failed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from domains.cloud_provider.tables import USAGE_EVENTS
from glue_jobs.quality.checks import check_rows
from glue_jobs.streaming.json_lines import is_record, parse_lines
from tests.glue_jobs.streaming.lines import ABSENT, event

E = event(1)
ARRIVAL = datetime(2026, 1, 2, tzinfo=UTC)
"""When the file of all lines arrived."""

LONG = "x" * 10_000_000
MANY = 100_000

MALFORMED = {
    "cut off": E[:-20],
    "half a surrogate pair": E.replace('"e1"', r'"ev\ud83d"'),
    "the other half": E.replace('"r1"', r'"\uDE80"'),
    "halves in the wrong order": E.replace('"r1"', r'"\ude80\ud83d"'),
    "half a pair in a key": E[:-1] + r', "\ud83d": 1}',
    "half a pair, then text": E.replace('"r1"', r'"\ud83dx\ude80"'),
    "half a pair in an undeclared value": E[:-1] + r', "note": ["\uD800"]}',
    "half a pair after a backslash": E.replace('"r1"', r'"\\\ud83d"'),
    "array": f"[{E}]",
    "text": '"just a text"',
    "number": "12",
    "null": "null",
    "words": "event_id=1 timestamp=now",
    "two objects": E + E,
    "two objects with a comma": f"{E},{E}",
    "something behind": f"{E} # good",
    "single quotes": E.replace('"', "'"),
    "bare keys": E.replace('"event_id"', "event_id"),
    "trailing comma": E[:-1] + ",}",
    "leading zero": E.replace("1.5", "01.5"),
    "raw tab in a text": E.replace("compute", "com\tpute"),
}
QUARANTINED: dict[str, tuple[str, list[str]]] = {
    "NaN": (E.replace("1.5", "NaN"), ["value.type"]),
    "NaN as text": (event(1, value="NaN"), ["value.type"]),
    "Infinity": (E.replace("2.25", "Infinity"), ["cost_usd_increment.type"]),
    "1e400": (E.replace("2.25", "1e400"), ["cost_usd_increment.type"]),
    "1e400 as text": (event(1, value="1e400"), ["value.type"]),
    "absurd": (event(1, value=10**30), ["value.type"]),
    "negative": (event(1, value=-1, cost_usd_increment=-300), ["cost_usd_increment.range", "value.range"]),
    "nested object": (event(1, value={"amount": 3.5}), ["value.type"]),
    "nested array": (event(1, timestamp=["2025-07-01T00:00:00Z"]), ["timestamp.type"]),
    "boolean": (event(1, value=True), ["value.type"]),
    "unix time": (event(1, timestamp=1752470580), ["timestamp.type"]),
    "before the first year": (event(1, timestamp="0000-01-01T00:00:00+18:00"), ["timestamp.type"]),
    "after the last year": (event(1, timestamp="9999-12-31T23:59:59-18:00"), ["timestamp.type"]),
    "bare date": (event(1, timestamp="2025-07-14"), ["timestamp.type"]),
    "far ahead": (event(1, timestamp="2970-01-01T00:00:00Z"), ["timestamp.future"]),
    "three days ahead": (event(1, timestamp="2026-01-04T12:00:00Z"), ["timestamp.future"]),
    "unknown service": (event(1, service="quantum"), ["service.allowed"]),
    "unknown metric": (event(1, metric="gpu_hours"), ["metric.allowed"]),
    "unknown version": (event(1, schema_version=3), ["schema_version.allowed"]),
    "half a version": (event(1, schema_version=1.5), ["schema_version.type"]),
    "no key": (event(1, event_id=ABSENT), ["event_id.not_null"]),
    "null key": (event(1, event_id=None), ["event_id.not_null"]),
    "key in other case": (event(1, event_id=ABSENT, EVENT_ID="e1"), ["event_id.not_null"]),
    "nothing at all": (
        "{}",
        ["cost_usd_increment.not_null", "event_id.not_null", "metric.not_null", "org_id.not_null",
         "schema_version.not_null", "service.not_null", "timestamp.not_null"],
    ),
    "a line of 10 MB": (event(1, service=LONG), ["service.allowed"]),
}  # fmt: skip
GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "as it should be": (E, {"event_id": "e1", "value": Decimal("1.5"), "extra": None, "quality_flags": []}),
    "numbers as texts": (
        event(1, value=" 101.0", cost_usd_increment="1.25e2", schema_version="2.0"),
        {"value": Decimal(101), "cost_usd_increment": Decimal(125), "schema_version": 2},
    ),
    "every digit counts": (
        E.replace("1.5", "123456789012.123456"), {"value": Decimal("123456789012.123456")}
    ),
    "small numbers": (E.replace("2.25", "0.0000015"), {"cost_usd_increment": Decimal("0.000002")}),
    "number as identifier": (event(1, event_id=12345678901234567890), {"event_id": "12345678901234567890"}),
    "last of two keys": (E[:-1] + ', "value": 7, "value": 8}', {"value": Decimal(8)}),
    "null after a value": (E[:-1] + ', "value": null}', {"value": None, "extra": None}),
    "value after a null": (event(1, value=None)[:-1] + ', "value": 3}', {"value": Decimal(3)}),
    "undeclared keys": (
        event(1, trace={"host": "a", "try": [1, 2]}, note=None),
        {"extra": {"trace": '{"host":"a","try":[1,2]}', "note": None}},
    ),
    "undeclared key twice": (E[:-1] + ', "n": 1, "n": 2}', {"extra": {"n": "2"}}),
    "very many undeclared keys": (
        event(1, **{f"key_{number}": number for number in range(MANY)}),
        {"extra": {f"key_{number}": str(number) for number in range(MANY)}},
    ),
    "zone": (event(1, timestamp="2025-07-20T23:30:00-05:00"), {"event_ts": "2025-07-21 04:30:00"}),
    "no zone": (event(1, timestamp="2025-07-20 23:30:00.125"), {"event_ts": "2025-07-20 23:30:00.125000"}),
    "long ago": (event(1, timestamp="1970-01-01T00:00:00Z"), {"event_ts": "1970-01-01 00:00:00"}),
    "half a day ahead": (event(1, timestamp="2026-01-02T12:00:00Z"), {"event_ts": "2026-01-02 12:00:00"}),
    "whole surrogate pairs": (E.replace('"r1"', r'"\ud83d\ude80\uD83D\uDE80"'), {"resource_id": "🚀🚀"}),
    "escaped backslash before u": (E.replace('"r1"', r'"ok\\ud83d"'), {"resource_id": r"ok\ud83d"}),
    "escaped characters": (E.replace('"r1"', r'"\u00e9\ud7ff\ue000\""'), {"resource_id": 'é\ud7ff\ue000"'}),
    "exact beside a repeated key": (
        E.replace("2.25", "123456789012.123456")[:-1] + ', "value": 3}',
        {"cost_usd_increment": Decimal("123456789012.123456"), "value": Decimal(3)},
    ),
    "exact beside a repeated undeclared key": (
        E.replace("2.25", "98765432109.876543")[:-1] + ', "note": 1, "note": 2}',
        {"cost_usd_increment": Decimal("98765432109.876543"), "extra": {"note": "2"}},
    ),
    "just below half a step": (
        E.replace("2.25", "0.00000049999999999999999999"), {"cost_usd_increment": Decimal(0)}
    ),
    "just below half a step, many digits": (
        E.replace("2.25", "0.0000004" + "9" * 45), {"cost_usd_increment": Decimal(0)}
    ),
    "exact with an exponent": (
        E.replace("2.25", "1.23456789012123456E11"), {"cost_usd_increment": Decimal("123456789012.123456")}
    ),
    "exact and last of two": (
        E[:-1] + ', "value": 123456789012.123456, "value": 123456789012.123457 }',
        {"value": Decimal("123456789012.123457")},
    ),
    "numbers inside texts and nested values": (
        E.replace("2.25", "123456789012.123456")[:-1]
        + r', "a": "\": 1, x", "b": ":5", "c": {"d": 1.5, "e": [2, {"f": 3}]}, "value\u0020": 4}',
        {
            "cost_usd_increment": Decimal("123456789012.123456"),
            "extra": {"a": '": 1, x', "b": ":5", "c": '{"d":1.5,"e":[2,{"f":3}]}', "value ": "4"},
        },
    ),
    "keys in another order": (
        json.dumps(dict(reversed(json.loads(E).items()))),
        {"event_id": "e1", "value": Decimal("1.5"), "unit": "count", "extra": None},
    ),
    "last of two keys, in another order": (
        json.dumps(dict(reversed(json.loads(E).items())))[:-1] + ', "event_id": "e2"}',
        {"event_id": "e2", "value": Decimal("1.5"), "extra": None},
    ),
    "undeclared key before all others": ('{"n": 1, ' + E[1:], {"event_id": "e1", "extra": {"n": "1"}}),
    "digits, points and slashes": (
        event(1, resource_id="2025/12/31/23.59/00001", unit={"a": 1.5})[:-1].replace("1.5}", "1.50}") + "}",
        {"resource_id": "2025/12/31/23.59/00001", "unit": '{"a":1.5}'},
    ),
    "null value": (event(1, value=None, unit=None), {"value": None, "quality_flags": []}),
    "unknown region": (event(1, region="mars"), {"region": "mars", "quality_flags": ["region.allowed"]}),
    "spelling": (
        event(1, service=" COMPUTE ", region="US_EAST"),
        {"service": "compute", "region": "us-east"},
    ),
    "escapes": (event(1, resource_id="é\u2028\"\\"), {"resource_id": "é\u2028\"\\"}),
    "space around": (f"  {E}\t", {"event_id": "e1"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def checked(spark: SparkSession) -> dict[str, Row]:
    """Return name of the line → its checked row."""
    named = {
        **MALFORMED,
        **{name: line for name, (line, _) in (*QUARANTINED.items(), *GOOD.items())},
        "blank": " \t ",
    }
    rows = [(line, name, 1, ARRIVAL) for name, line in named.items()]
    schema = "value string, source_file string, source_row bigint, _arrived timestamp"
    frame = spark.createDataFrame(rows, schema).coalesce(1)
    checked = check_rows(parse_lines(frame.where(is_record()), USAGE_EVENTS), USAGE_EVENTS)
    return {row["source_file"]: row for row in checked.collect()}


@pytest.mark.parametrize("name", MALFORMED)
def test_line_without_one_json_object_is_malformed(checked: dict[str, Row], name: str) -> None:
    assert checked[name]["failed_checks"] == ["record.malformed"]
    assert checked[name]["raw_record"] == MALFORMED[name]


@pytest.mark.parametrize("name", QUARANTINED)
def test_record_is_quarantined_with_its_checks_and_its_text(checked: dict[str, Row], name: str) -> None:
    line, checks = QUARANTINED[name]
    assert checked[name]["failed_checks"] == checks
    assert checked[name]["raw_record"] == line


@pytest.mark.parametrize("name", GOOD)
def test_good_record_is_typed(checked: dict[str, Row], name: str) -> None:
    line, values = GOOD[name]
    row = checked[name]
    assert row["failed_checks"] == []
    assert row["raw_record"] is None
    found = {key: str(row[key]) if key == "event_ts" else row[key] for key in values}
    assert found == values
    assert row["source_rank"] == hashlib.sha256(line.encode()).hexdigest()


@pytest.mark.parametrize("line", [b"\xa0", b" \xa0 ", b"\xbf", b"\xbb\xbf"])
def test_bytes_of_half_a_wide_space_are_a_malformed_record(spark: SparkSession, line: bytes) -> None:
    lines = spark.createDataFrame([(bytearray(line),)], "line binary").selectExpr(
        "CAST(line AS string) value"
    )
    columns = "'a' source_file", "1L source_row", "TIMESTAMP '2026-01-02' _arrived", "value"
    rows = check_rows(parse_lines(lines.where(is_record()).selectExpr(*columns), USAGE_EVENTS), USAGE_EVENTS)
    assert [row["failed_checks"] for row in rows.collect()] == [["record.malformed"]]


def test_blank_line_is_no_record(checked: dict[str, Row]) -> None:
    assert "blank" not in checked
