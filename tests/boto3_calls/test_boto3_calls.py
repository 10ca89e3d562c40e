"""Every AWS call of jobs and functions fits botocore's model of the service, and none is left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError, StubAssertionError

from glue_jobs.runtime.store import S3Store
from tests.boto3_calls.registry import OTHER_APIS, Stub, store
from tests.boto3_calls.registry import STUBS as FLOW
from tests.boto3_calls.relational import STUBS as RELATIONAL
from tests.boto3_calls.sites import sites

ROOT = Path(__file__).resolve().parents[2]
STUBS = (*FLOW, *RELATIONAL)


def client(service: str) -> Any:
    session: Any = boto3.Session(
        region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )  # the typed overloads want literal names
    return session.client(service)


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: f"{stub.site[0]}:{stub.site[1]}")
def test_call_fits_the_services_model(stub: Stub) -> None:
    stub.run(client(stub.service))


def test_every_call_of_the_sources_is_stubbed() -> None:
    stubbed = {stub.site for stub in STUBS} | set(OTHER_APIS)
    missing = sorted(sites(ROOT) - stubbed)
    assert not missing, f"add to tests/boto3_calls: {missing}"
    gone = sorted(stubbed - sites(ROOT))
    assert not gone, f"remove from tests/boto3_calls: {gone}"


def test_new_call_is_found(tmp_path: Path) -> None:
    for package in ("glue_jobs", "lambdas", "serving"):
        (tmp_path / package).mkdir()
    (tmp_path / "glue_jobs" / "catalog.py").write_text(
        'import boto3\nglue = boto3.client("glue")\nglue.batch_create_partition(DatabaseName="d")\n'
        'glue.get_paginator("get_partitions")\nnothing.of_aws()\n'
    )
    assert sites(tmp_path) == {
        ("glue_jobs/catalog.py", "batch_create_partition"),
        ("glue_jobs/catalog.py", "get_partitions"),
    }


def test_parameter_that_the_model_lacks_is_refused() -> None:
    def misspell(s: S3Store) -> None:
        s._s3.put_object(Bucket="b", Key="a", Content=b"x")  # type: ignore[call-arg]

    with pytest.raises(ParamValidationError, match='Unknown parameter in input: "Content"'):
        store("put_object", {"Key": "a", "Content": b"x"}, {}, misspell).run(client("s3"))


def test_parameters_that_are_not_sent_are_refused() -> None:
    with pytest.raises(StubAssertionError):
        store("get_object", {"Key": "other"}, {}, lambda s: s.read("b", "a")).run(client("s3"))


def test_answer_that_the_model_does_not_allow_is_refused() -> None:
    with pytest.raises(ParamValidationError, match='Unknown parameter in input: "Content"'):
        store("get_object", {"Key": "a"}, {"Content": b""}, lambda s: s.read("b", "a")).run(client("s3"))
