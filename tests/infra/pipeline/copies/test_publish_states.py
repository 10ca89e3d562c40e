"""The states that publish unpublished partitions to the serving store."""

from __future__ import annotations

from tests.infra.pipeline_definitions import SERVED, reachable


def test_marts_are_published_after_the_crawl_and_before_the_notification() -> None:
    assert SERVED["IsCuratedPartitionNew"]["Default"] == "ListUnpublishedMarts"
    assert SERVED["IsCuratedCatalogEqual"]["Choices"][0]["Next"] == "ListUnpublishedMarts"
    assert SERVED["ListUnpublishedMarts"]["Next"] == "IsAnyMartUnpublished"
    assert SERVED["IsAnyMartUnpublished"]["Choices"][0]["Next"] == "PublishMarts"
    assert SERVED["IsAnyMartUnpublished"]["Default"] == "NotifySuccess"
    assert SERVED["PublishMarts"]["Next"] == "IsServingComplete"
    assert [rule["Next"] for rule in SERVED["IsServingComplete"]["Choices"]] == [
        "MartsNotPublished",
        "NotifyPartlyServed",
    ]
    assert SERVED["IsServingComplete"]["Default"] == "NotifySuccess"


def test_run_without_new_rows_publishes_marts_of_earlier_runs() -> None:
    no_new_rows = next(rule for rule in SERVED["IsAnythingNew"]["Choices"] if "proceed" in str(rule))
    assert no_new_rows["Next"] == "NothingNew"
    assert SERVED["NothingNew"]["Next"] == "ListUnpublishedMarts"
    assert SERVED["IsAnyMartUnpublished"]["Choices"][1]["Next"] == "ReleaseLease"
    reached = reachable("NothingNew", SERVED)
    assert not any("Crawl" in name or "Curated" in name for name in reached)


def test_note_is_deleted_only_after_its_mart_is_published() -> None:
    states = SERVED["PublishMarts"]["ItemProcessor"]["States"]
    assert reachable("ReadUnpublishedPartitions", states) == set(states)
    assert [name for name, state in states.items() if state.get("Next") == "ClearUnpublishedPartitions"] == [
        "MartNotServed",
        "PublishPartitions",
    ]
    assert "ClearUnpublishedPartitions" not in reachable("MartFailed", states)


def test_notification_names_the_partitions_with_refused_documents() -> None:
    published = SERVED["NotifyPartlyServed"]["Parameters"]
    assert published["Subject"] == "Caudal shop: published, partly served"
    assert published["Message"]["outcome"] == "published, partly served"
    assert published["Message"]["served.$"] == "$.serving.marts"
    assert SERVED["NotifyPartlyServed"]["Next"] == "RecordPartialRun"


def test_failed_publication_takes_the_failure_path() -> None:
    for name in (SERVED["PublishMarts"]["Catch"][-1]["Next"], "MartsNotPublished"):
        assert SERVED[name]["Parameters"]["step"] == "PublishMarts"
        assert SERVED[name]["Next"] == "NotifyFailure"


def test_partition_is_published_in_several_invocations_and_its_error_names_it() -> None:
    marts = SERVED["PublishMarts"]["ItemProcessor"]["States"]
    partition = marts["PublishPartitions"]["ItemProcessor"]
    states = partition["States"]
    assert reachable(partition["StartAt"], states) == set(states)
    publish = states["PublishPartition"]
    assert publish["Parameters"]["Payload"]["continuation.$"] == "$.continuation"
    assert all(entry["JitterStrategy"] == "FULL" for entry in publish["Retry"])
    assert states["IsPartitionPublished"]["Choices"][0] == {
        "Variable": "$.answer.status",
        "StringEquals": "CONTINUE",
        "Next": "ContinuePartition",
    }
    assert states["ContinuePartition"]["Next"] == "PublishPartition"
    assert "$.mart, $.partition" in states["PartitionNotPublished"]["CausePath"]


def test_concurrent_invocations_are_bounded() -> None:
    marts = SERVED["PublishMarts"]
    partitions = marts["ItemProcessor"]["States"]["PublishPartitions"]
    assert 0 < marts["MaxConcurrency"] * partitions["MaxConcurrency"] <= 8
