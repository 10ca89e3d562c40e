"""The job that trains models: its size and its rights."""

from __future__ import annotations

from lake.model.discovery import load_domain
from lake.naming import TRAIN_ANOMALY_MODEL, Names
from tests.infra.assembly import Stack, actions, as_list
from tests.infra.conftest import STREAMER

ROLE = TRAIN_ANOMALY_MODEL


def test_job_runs_glue_6_on_two_small_workers(streamer: Stack, names: Names) -> None:
    job = streamer.named("AWS::Glue::Job", names.job(STREAMER, TRAIN_ANOMALY_MODEL))
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"]) == ("6.0", "G.1X", 2)
    # A second training at once is refused, and a failed one is not repeated.
    assert (job["ExecutionProperty"]["MaxConcurrentRuns"], job["MaxRetries"], job["Timeout"]) == (1, 0, 60)
    arguments = job["DefaultArguments"]
    assert (arguments["--domain"], arguments["--ledger_bucket"]) == (STREAMER, names.ledger_bucket)


def test_job_reads_the_inputs_of_its_models_and_no_other_table(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, ROLE))
    tables = {
        str(resource).rpartition("/")[0].partition(":::")[2]
        for statement in statements
        for resource in as_list(statement["Resource"])
        if str(resource).endswith("/*")
        and (names.curated_bucket in str(resource) or f"{names.processed_bucket}/silver" in str(resource))
    }
    [model] = load_domain(STREAMER).models
    assert model.inputs == ("org_daily_usage_by_service", "anomaly_feedback")
    assert tables == {
        f"{names.curated_bucket}/{STREAMER}/org_daily_usage_by_service",
        f"{names.processed_bucket}/silver/{STREAMER}/anomaly_feedback",
    }
    assert actions(statements, names.raw_bucket) == set()
    assert actions(statements, "/bronze/") == set()


def test_job_changes_no_published_data(streamer: Stack, names: Names) -> None:
    statements = streamer.role(names.role(STREAMER, ROLE))
    written = {
        str(resource).partition(":::")[2]
        for statement in statements
        if {"s3:PutObject", "s3:DeleteObject"} & set(as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    }
    assert written == {
        f"{names.artifacts_bucket}/spark-ui/{STREAMER}/{TRAIN_ANOMALY_MODEL}/*",
        f"{names.processed_bucket}/_runs/{STREAMER}/*",
        f"{names.ledger_bucket}/models/{STREAMER}/*",
        f"{names.ledger_bucket}/model-pointers/{STREAMER}/cost_anomaly.json",
    }
    assert "s3:DeleteObject" not in actions(statements, names.ledger_bucket)


def test_only_the_publishing_job_records_the_published_model(streamer: Stack, names: Names) -> None:
    published = f"{names.ledger_bucket}/published-models/{STREAMER}/cost_anomaly.json"
    pointer = f"{names.ledger_bucket}/model-pointers/{STREAMER}/cost_anomaly.json"
    curating = streamer.role(names.role(STREAMER, "processed_to_curated"))
    assert actions(curating, published) == {"s3:GetObject", "s3:PutObject"}
    assert actions(curating, pointer) == {"s3:GetObject"}
    assert actions(curating, f"{names.ledger_bucket}/models/{STREAMER}/*") == {"s3:GetObject"}
    ingesting = streamer.role(names.role(STREAMER, "raw_to_processed"))
    for key in (published, pointer, f"{names.ledger_bucket}/models/{STREAMER}/*"):
        assert actions(ingesting, key) == {"s3:GetObject"}
    assert actions(streamer.role(names.role(STREAMER, ROLE)), published) == set()


def test_domain_without_models_has_nothing_of_training(shop: Stack) -> None:
    assert "train" not in str(shop.template["Resources"]).lower()
    assert "models/" not in str(shop.template["Resources"])
