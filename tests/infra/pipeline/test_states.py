from __future__ import annotations

from infra.pipeline.states import NOTIFY_FAILURE, failure, retry, task


def test_a_task_retries_its_services_errors_with_full_jitter() -> None:
    state = task("Look", "aws-sdk:glue:getCrawler", {"Name": "c"}, service="glue", next="Then")["Look"]
    assert state["Retry"] == [
        {
            "ErrorEquals": [
                "Glue.ThrottlingException",
                "Glue.InternalServiceException",
                "Glue.OperationTimeoutException",
                "Glue.SdkClientException",
            ],
            "IntervalSeconds": 2,
            "MaxAttempts": 5,
            "BackoffRate": 2.0,
            "MaxDelaySeconds": 60,
            "JitterStrategy": "FULL",
        }
    ]


def test_everything_else_is_caught_and_named() -> None:
    states = task("Look", "aws-sdk:glue:getCrawler", {"Name": "c"}, service="glue", next="Then")
    assert states["Look"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "LookFailed"}
    ]
    assert states["LookFailed"] == {
        "Type": "Pass",
        "Parameters": {"step": "Look", "what.$": "States.JsonMerge($.unknown, $.failure, false)"},
        "ResultPath": "$.failure",
        "Next": NOTIFY_FAILURE,
    }


def test_an_expected_error_is_caught_before_everything_else() -> None:
    states = task("A", "x:y", {}, service="glue", next="B", expected={"Glue.Busy": "Wait"})
    assert [c["ErrorEquals"] for c in states["A"]["Catch"]] == [["Glue.Busy"], ["States.ALL"]]
    assert states["A"]["Catch"][0]["Next"] == "Wait"


def test_a_task_on_the_failure_path_does_not_report_again() -> None:
    states = task("Tell", "sns:publish", {}, service="sns", next="Then", on_failure="Then")
    assert states.keys() == {"Tell"}
    assert states["Tell"]["Catch"] == [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Then"}]


def test_a_failure_without_an_exception_carries_error_and_cause() -> None:
    assert failure("Gate", {"Error": "E", "Cause": "C"})["Parameters"] == {
        "step": "Gate",
        "what": {"Error": "E", "Cause": "C"},
    }


def test_retries_grow_up_to_a_limit() -> None:
    assert retry("E", seconds=30, longest=300)["MaxDelaySeconds"] == 300
