"""Every check of usage events: values that just fail it and values that just pass it."""

from __future__ import annotations

from pyspark.sql import SparkSession

from domains.cloud_provider.tables import REGIONS, SERVICES, UNITS, USAGE_EVENTS
from tests.domains.cloud_provider.check_cases import Case, flagged, good, mismatches, quarantined

EVENT = {
    "event_id": "evt_1",
    "event_ts": "2025-07-14T05:23:00Z",
    "org_id": "org_1",
    "resource_id": "res_1",
    "service": "compute",
    "region": "sa-east",
    "metric": "requests",
    "value": "116.0",
    "unit": "count",
    "cost_usd_increment": "10.0534",
    "schema_version": "2",
    "carbon_kg": "0.0226",
    "genai_tokens": None,
}


def _fail(spark: SparkSession, *cases: Case) -> list[str]:
    return mismatches(spark, USAGE_EVENTS, EVENT, cases)


def test_missing_required_values_are_quarantined(spark: SparkSession) -> None:
    required = (
        "event_id", "org_id", "service", "metric", "schema_version", "cost_usd_increment",
    )  # fmt: skip
    assert not _fail(
        spark,
        good(),
        *(quarantined(f"{name}.not_null", **{name: None}) for name in required),
        quarantined("timestamp.not_null", event_ts=None),
        *(good(**{name: None}) for name in ("resource_id", "region", "carbon_kg", "genai_tokens")),
        good(value=None, unit=None),
    )


def test_timestamps_are_converted_to_utc_and_other_texts_quarantined(spark: SparkSession) -> None:
    def at(written: str, moment: str) -> Case:
        return good({"event_ts": moment}, event_ts=written)

    assert not _fail(
        spark,
        at("2025-07-14T05:23:00Z", "2025-07-14 05:23:00"),
        at("2025-07-14T05:23:00", "2025-07-14 05:23:00"),
        at("2025-07-14 05:23:00.25", "2025-07-14 05:23:00.25"),
        at("2025-07-14T01:23:00+03:00", "2025-07-13 22:23:00"),
        at("1970-01-01T00:00:00Z", "1970-01-01 00:00:00"),
        quarantined("timestamp.future", event_ts="2970-12-31T23:59:59Z"),
        *(
            quarantined("timestamp.type", event_ts=written)
            for written in (
                "2025-07-14",
                "14.07.2025 05:23",
                "2025-13-01T00:00:00Z",
                "yesterday",
                "1752470580",
            )
        ),
    )


def test_service_is_normalised_then_one_of_six(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        *(good({"service": name}, service=name.upper()) for name in SERVICES),
        quarantined("service.allowed", service="gen-ai"),
        quarantined("service.allowed", service="gen_ai"),
        quarantined("service.allowed", service="quantum"),
    )


def test_region_is_normalised_and_an_unknown_one_kept(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        *(good({"region": name}, region=name.upper().replace("-", "_")) for name in REGIONS),
        flagged("region.allowed", {"region": "mars-north"}, region="Mars_North"),
    )


def test_unknown_metrics_and_schema_versions_are_quarantined(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        *(good(metric=metric, unit=unit) for metric, unit in UNITS.items()),
        quarantined("metric.allowed", metric="gpu_hours"),
        quarantined("metric.allowed", metric="Requests"),
        good({"schema_version": "1"}, schema_version="1", carbon_kg=None),
        good({"schema_version": "2"}, schema_version="2.0"),
        quarantined("schema_version.allowed", schema_version="0"),
        quarantined("schema_version.allowed", schema_version="3"),
        quarantined("schema_version.type", schema_version="1.5"),
        quarantined("schema_version.type", schema_version="v2"),
    )


def test_negative_and_non_decimal_values_are_quarantined(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        good({"value": "101.000000"}, value="101.0"),
        good({"value": "0.000000"}, value="0"),
        good({"value": "0.000001"}, value="0.0000005"),
        good({"value": "0.000000"}, value="-0.0000004"),
        good({"value": "1500000.000000"}, value="1.5E6"),
        quarantined("value.range", value="-0.000001"),
        *(
            quarantined("value.type", value=written)
            for written in ("NaN", "Infinity", "-inf", "1e400", "1e12", "many", "true", '{"n":1}', "1,5")
        ),
    )


def test_small_negative_costs_become_zero_and_larger_ones_are_quarantined(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        good({"cost_usd_increment": "0.000000"}, cost_usd_increment="0"),
        good({"cost_usd_increment": "999999999999.999999"}, cost_usd_increment="999999999999.999999"),
        flagged(
            "cost_usd_increment.rounded", {"cost_usd_increment": "0.000000"}, cost_usd_increment="-0.000001"
        ),
        flagged("cost_usd_increment.rounded", {"cost_usd_increment": "0.000000"}, cost_usd_increment="-0.01"),
        flagged(
            "cost_usd_increment.rounded", {"cost_usd_increment": "0.000000"}, cost_usd_increment="-0.0100004"
        ),
        good({"cost_usd_increment": "0.000000"}, cost_usd_increment="-0.0000004"),
        quarantined("cost_usd_increment.range", cost_usd_increment="-0.010001"),
        quarantined("cost_usd_increment.range", cost_usd_increment="-480.5"),
        *(
            quarantined("cost_usd_increment.type", cost_usd_increment=written)
            for written in ("free", "NaN", "1e400", "1000000000000")
        ),
    )


def test_negative_carbon_and_tokens_are_quarantined(spark: SparkSession) -> None:
    for name in ("carbon_kg", "genai_tokens"):
        assert not _fail(
            spark,
            good({name: "0.000000"}, service="genai", **{name: "0"}),
            good({name: "1680.000000"}, service="genai", **{name: "1680"}),
            good({name: None}, service="genai", **{name: None}),
            quarantined(f"{name}.range", service="genai", **{name: "-1"}),
            quarantined(f"{name}.type", service="genai", **{name: "none"}),
        )


def test_tokens_and_carbon_where_none_belong_are_kept_and_flagged(spark: SparkSession) -> None:
    tokens, carbon = {"genai_tokens": "7.000000"}, {"carbon_kg": "9.000000"}
    assert not _fail(
        spark,
        good(tokens, service="GENAI", genai_tokens="7"),
        flagged("genai_tokens.unexpected", tokens, genai_tokens="7"),
        flagged("genai_tokens.unexpected", tokens, genai_tokens="7", carbon_kg=None, schema_version="1",
                service="genai"),
        flagged("carbon_kg.unexpected", carbon, carbon_kg="9", schema_version="1"),
        Case({"genai_tokens": "7", "carbon_kg": "9", "schema_version": "1"},
             flags=["carbon_kg.unexpected", "genai_tokens.unexpected"], becomes={**tokens, **carbon}),
    )  # fmt: skip


def test_event_far_in_the_future_is_quarantined(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        good(event_ts="2026-01-03T00:00:00Z"),
        quarantined("timestamp.future", event_ts="2026-01-03T00:00:00.000001Z"),
        quarantined("timestamp.future", event_ts="2205-06-15T10:00:00Z"),
    )


def test_unit_follows_from_the_metric_where_there_is_a_value(spark: SparkSession) -> None:
    assert not _fail(
        spark,
        *(
            flagged("unit.imputed", {"unit": unit}, metric=metric, unit=None)
            for metric, unit in UNITS.items()
        ),
        good({"unit": None}, unit=None, value=None),
        good({"unit": "count"}, unit="count", value=None),
        good({"unit": "hours"}, unit="hours", metric="requests"),
    )


def test_row_lists_all_checks_that_it_fails(spark: SparkSession) -> None:
    wrong = {"service": "x", "metric": "y", "value": "-1", "cost_usd_increment": "abc"}
    failed = ["cost_usd_increment.type", "metric.allowed", "service.allowed", "value.range"]
    assert not _fail(spark, Case(wrong, failed=failed))
    flags = {"region": "x", "unit": None, "cost_usd_increment": "-0.005"}
    assert not _fail(
        spark, Case(flags, flags=["region.allowed", "unit.imputed", "cost_usd_increment.rounded"])
    )
