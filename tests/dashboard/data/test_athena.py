"""Queries on Athena: the result file is read whole; failures carry Athena's reason."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dashboard.data.athena import LONGEST_QUERY, Answer, Athena
from dashboard.errors import DashboardError

FILE = b'"name","amount"\n"a ""quoted"", text","1.10"\n"two\nlines",\n'


class Service:
    """Athena and S3 with one query that ends in the given states."""

    def __init__(self, *states: str) -> None:
        self._states = list(states)
        self.started: list[dict[str, Any]] = []

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        self.started.append(request)
        return {"QueryExecutionId": "q-1"}

    def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:
        status = {"State": self._states.pop(0), "StateChangeReason": "TABLE_NOT_FOUND: line 1:15"}
        place = {"OutputLocation": "s3://results/athena/q-1.csv"}
        return {"QueryExecution": {"Status": status, "ResultConfiguration": place}}

    def get_query_results(self, QueryExecutionId: str, MaxResults: int) -> dict[str, Any]:
        assert MaxResults == 1
        columns = [{"Name": "name", "Type": "varchar"}, {"Name": "amount", "Type": "decimal"}]
        return {"ResultSet": {"ResultSetMetadata": {"ColumnInfo": columns}}}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        assert (Bucket, Key) == ("results", "athena/q-1.csv")
        return {"Body": io.BytesIO(FILE)}


def ask(service: Service) -> Answer:
    return Athena(athena=service, s3=service, workgroup="caudal-dev-athena").ask("SELECT 1", "gold")


def test_the_result_is_read_from_its_file() -> None:
    service = Service("QUEUED", "RUNNING", "SUCCEEDED")
    assert ask(service) == Answer(
        ["name", "amount"], ["varchar", "decimal"], [['a "quoted", text', "1.10"], ["two\nlines", ""]]
    )
    assert service.started == [
        {
            "QueryString": "SELECT 1",
            "QueryExecutionContext": {"Database": "gold"},
            "WorkGroup": "caudal-dev-athena",
        }
    ]


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_failed_query_is_told_with_athenas_reason(state: str) -> None:
    with pytest.raises(DashboardError, match="Athena query q-1: the query failed: TABLE_NOT_FOUND"):
        ask(Service(state))


@pytest.mark.parametrize(
    ("reason", "hint"),
    [
        ("TABLE_NOT_FOUND: line 1:15: Table 'gold.x' does not exist", "wait for the run (`caudal status`)"),
        ("COLUMN_NOT_FOUND: line 1:8", "deploy the newest declaration"),
        ("Access Denied (Service: Amazon S3; Status Code: 403)", "take the analysts' role of the domain"),
        ("Insufficient permissions to execute the query", "take the analysts' role of the domain"),
        ("GENERIC_INTERNAL_ERROR", "Run the named query in Athena"),
    ],
)
def test_a_failed_query_says_what_to_run(reason: str, hint: str) -> None:
    class Failing(Service):
        def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:
            return {"QueryExecution": {"Status": {"State": "FAILED", "StateChangeReason": reason}}}

    with pytest.raises(DashboardError) as failed:
        ask(Failing())
    assert failed.value.hint is not None
    assert hint in failed.value.hint


def test_a_very_long_text_is_read_and_a_broken_one_is_told() -> None:
    class Holding(Service):
        body = b""

        def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
            return {"Body": io.BytesIO(self.body)}

    service = Holding("SUCCEEDED", "SUCCEEDED")
    service.body = b'"name","amount"\n"' + b"x" * 200_000 + b'","1.10"\n'
    assert len(ask(service).rows[0][0]) == 200_000
    service.body = b'"name","amount"\n"\xff","1.10"\n'
    with pytest.raises(DashboardError, match="the result of the query cannot be read"):
        ask(service)


def test_a_refused_query_says_what_to_see_to() -> None:
    class Refusing(Service):
        def start_query_execution(self, **request: Any) -> dict[str, str]:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "StartQuery")

    with pytest.raises(DashboardError, match=r"refused the query: .*AccessDenied.* may use its workgroup"):
        ask(Refusing())


@pytest.mark.parametrize("state", ["QUEUED", "RUNNING"])
def test_a_query_that_does_not_end_is_cancelled_and_told(state: str) -> None:
    class Waiting(Service):
        now = 0.0
        stopped: list[str] = []  # noqa: RUF012

        def get_query_execution(self, QueryExecutionId: str) -> dict[str, Any]:
            return {"QueryExecution": {"Status": {"State": state}}}

        def stop_query_execution(self, QueryExecutionId: str) -> None:
            self.stopped = [*self.stopped, QueryExecutionId]

        def wait(self, seconds: float) -> None:
            self.now += seconds

    service = Waiting()
    athena = Athena(
        athena=service, s3=service, workgroup="caudal-dev-athena", clock=lambda: service.now,
        sleep=service.wait,
    )  # fmt: skip
    with pytest.raises(DashboardError) as failed:
        athena.ask("SELECT 1", "gold")
    assert failed.value.where == "Athena query q-1"
    assert failed.value.what == (
        f"the query did not end within 120 seconds, and was cancelled: it was {state}."
    )
    assert failed.value.hint == (
        "See in Athena what holds query q-1 back: other queries of the workgroup 'caudal-dev-athena' and the "
        "account's quota. The next look at the tables asks again."
    )
    assert service.stopped == ["q-1"]
    assert LONGEST_QUERY <= service.now < LONGEST_QUERY + 1
