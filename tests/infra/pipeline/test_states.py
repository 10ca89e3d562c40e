"""Task states: retries, caught errors, and the failures that they record."""

from __future__ import annotations

from infra.pipeline.states import NOTIFY_FAILURE, failure, retry, task


def test_task_retries_its_services_errors_with_full_jitter() -> None:
    states = task("GetCrawl", "aws-sdk:glue:getCrawler", {"Name": "c"}, service="glue", next="Then")
    assert states["GetCrawl"]["Retry"] == [
        {
            "ErrorEquals": [
                "Glue.ThrottlingException",
                "Glue.InternalServiceException",
                "Glue.OperationTimeoutException",
                "Glue.SdkClientException",
                "Glue.AWSGlueException",
            ],
            "IntervalSeconds": 2,
            "MaxAttempts": 5,
            "BackoffRate": 2.0,
            "MaxDelaySeconds": 60,
            "JitterStrategy": "FULL",
        }
    ]


def test_any_other_error_is_caught_and_its_step_recorded() -> None:
    states = task("GetCrawl", "aws-sdk:glue:getCrawler", {"Name": "c"}, service="glue", next="Then")
    assert states["GetCrawl"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "GetCrawlFailed"}
    ]
    assert states["GetCrawlFailed"] == {
        "Type": "Pass",
        "Parameters": {"step": "GetCrawl", "what.$": "States.JsonMerge($.unknown, $.failure, false)"},
        "ResultPath": "$.failure",
        "Next": NOTIFY_FAILURE,
    }


def test_expected_error_is_caught_before_all_others() -> None:
    states = task("A", "x:y", {}, service="glue", next="B", expected={"Glue.Busy": "Wait"})
    assert [c["ErrorEquals"] for c in states["A"]["Catch"]] == [["Glue.Busy"], ["States.ALL"]]
    assert states["A"]["Catch"][0]["Next"] == "Wait"


def test_task_on_the_failure_path_does_not_report_again() -> None:
    states = task("Notify", "sns:publish", {}, service="sns", next="Then", on_failure="Then")
    assert states.keys() == {"Notify"}
    assert states["Notify"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Then"}]


def test_failure_holds_error_and_cause() -> None:
    assert failure("Gate", {"Error": "E", "Cause": "C"})["Parameters"] == {
        "step": "Gate",
        "what": {"Error": "E", "Cause": "C"},
    }


def test_retry_intervals_have_a_limit() -> None:
    assert retry("E", seconds=30, longest=300)["MaxDelaySeconds"] == 300
