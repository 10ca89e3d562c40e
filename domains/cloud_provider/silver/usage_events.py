"""Usage events with attributes of their organisation and resource; grain: event_id."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from domains.cloud_provider.tables import USAGE_EVENTS

FLAGS = "quality_flags"


def build(
    *, usage_events: DataFrame, customers_orgs: DataFrame, users: DataFrame, resources: DataFrame
) -> DataFrame:
    """Return every event; attributes of an unknown organisation or resource are null."""
    declared = [column.name for column in USAGE_EVENTS.columns]
    events = usage_events.select(*declared, FLAGS, F.to_date("event_ts").alias("usage_date"))
    enriched = events.join(_organisations(customers_orgs, users), on="org_id", how="left").join(
        _resources(resources), on="resource_id", how="left"
    )
    return enriched.select(*declared, *(column.name for column in USAGE_EVENTS.enrichment), FLAGS)


def _organisations(customers_orgs: DataFrame, users: DataFrame) -> DataFrame:
    """Return the attributes of each known organisation, with 0 users where there are none."""
    members = (
        users.select("org_id", "active")
        .groupBy("org_id")
        .agg(
            F.count(F.lit(1)).alias("org_users"),
            F.count_if(F.col("active")).alias("org_active_users"),
        )
    )
    attributes = customers_orgs.select(
        "org_id", "org_name", "industry", "plan_tier", "hq_region", "lifecycle_stage"
    )
    return attributes.join(members, on="org_id", how="left").fillna(0, ["org_users", "org_active_users"])


def _resources(resources: DataFrame) -> DataFrame:
    """Return state, creation date and tags of each resource; tags that are not a JSON array are null."""
    return resources.select(
        "resource_id",
        F.col("state").alias("resource_state"),
        F.col("created_at").alias("resource_created_at"),
        F.from_json("tags_json", "array<string>").alias("resource_tags"),
    )
