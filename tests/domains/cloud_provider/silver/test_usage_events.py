"""Usage events with attributes of their organisation and resource."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from domains.cloud_provider.silver.usage_events import build
from domains.cloud_provider.tables import CUSTOMERS_ORGS, RESOURCES, USAGE_EVENTS, USERS
from glue_jobs.runtime.schemas import silver_columns
from tests.frames import frame, parse, texts

EVENTS = """
    event_id | event_ts            | org_id | resource_id | service | cost_usd_increment
    e1       | 2025-07-31 23:59:59 | org_1  | res_1       | compute | 1.5
    e2       | 2025-08-01 00:00:00 | org_2  | res_9       | genai   | 0
    e3       | 2025-08-01 12:00:00 | org_9  | null        | storage | 2
"""


def _silver(spark: SparkSession, orgs: str, users: str, resources: str) -> DataFrame:
    events = frame(spark, USAGE_EVENTS.columns, EVENTS)
    return build(
        usage_events=events.withColumn("quality_flags", F.array(F.lit("unit.imputed"))),
        customers_orgs=frame(spark, CUSTOMERS_ORGS.columns, orgs),
        users=frame(spark, USERS.columns, users),
        resources=frame(spark, RESOURCES.columns, resources),
    )


ORGS = """
    org_id | org_name | industry | plan_tier | hq_region | lifecycle_stage
    org_1  | Nimbus   | Media    | pro       | sa-east   | active
    org_2  | Nova     | Energy   | free      | us-east   | churned
"""
USERS_ = """
    user_id | org_id | active
    u1      | org_1  | true
    u2      | org_1  | false
    u3      | org_1  | null
    u4      | org_9  | true
"""
RESOURCES_ = """
    resource_id | state   | created_at | tags_json
    res_1       | running | 2025-06-01 | ["env:prod", "pii:true"]
"""


def test_events_carry_their_day_organisation_and_resource(spark: SparkSession) -> None:
    silver = _silver(spark, ORGS, USERS_, RESOURCES_)
    expected = """
        event_id | usage_date | org_name | industry | plan_tier | hq_region | lifecycle_stage | org_users | org_active_users | resource_state | resource_created_at | resource_tags
        e1       | 2025-07-31 | Nimbus   | Media    | pro       | sa-east   | active          | 3         | 1                | running        | 2025-06-01          | [env:prod, pii:true]
        e2       | 2025-08-01 | Nova     | Energy   | free      | us-east   | churned         | 0         | 0                | null           | null                | null
        e3       | 2025-08-01 | null     | null     | null      | null      | null            | null      | null             | null           | null                | null
    """
    header, body = parse(expected)
    assert texts(silver, header) == body


def test_declared_columns_and_flags_are_kept(spark: SparkSession) -> None:
    silver = _silver(spark, ORGS, USERS_, RESOURCES_)
    declared = {column.name: column.type for column in (*USAGE_EVENTS.columns, *USAGE_EVENTS.enrichment)}
    assert {field.name: field.dataType.simpleString() for field in silver.schema} == {
        **declared,
        "quality_flags": "array<string>",
    }
    assert tuple(silver.columns) == silver_columns(USAGE_EVENTS)
    names = ["event_id", "event_ts", "cost_usd_increment", "quality_flags"]
    assert texts(silver.where("event_id = 'e1'"), names) == [
        ("e1", "2025-07-31 23:59:59", "1.500000", "[unit.imputed]")
    ]


def test_events_without_masters_are_kept(spark: SparkSession) -> None:
    silver = _silver(spark, "org_id", "user_id", "resource_id")
    assert texts(silver, ["event_id", "org_name", "org_users", "resource_state"]) == [
        ("e1", None, None, None),
        ("e2", None, None, None),
        ("e3", None, None, None),
    ]


def test_tags_that_are_no_json_array_are_null(spark: SparkSession) -> None:
    def tags(written: str) -> str | None:
        resources = f"resource_id | tags_json\nres_1 | {written}"
        silver = _silver(spark, ORGS, USERS_, resources)
        return texts(silver.where("event_id = 'e1'"), ["resource_tags"])[0][0]

    assert tags("[]") == "[]"
    assert tags('["a:b", 7]') == "[a:b, 7]"
    assert tags('{"a": "b"}') is None
    assert tags("env:prod") is None
