"""Every retained resource of the templates can be imported again by its identifier."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.ops.retention import findings
from tests.infra.assembly import REGION, Assembly


def template(folder: Path, kind: str, **properties: Any) -> Path:
    resource = {"Type": kind, "DeletionPolicy": "Retain", "Properties": properties}
    (folder / "lake.template.json").write_text(json.dumps({"Resources": {"Data": resource}}))
    return folder


@pytest.mark.parametrize("environment", ["dev", "prod", "serving"])
def test_templates_retain_only_what_they_find_again(environment: str, request: pytest.FixtureRequest) -> None:
    assembly: Assembly = request.getfixturevalue(environment)
    assert findings(assembly.outdir, REGION) == []
    retained = {r["Type"] for _, r in assembly.resources() if r.get("DeletionPolicy") == "Retain"}
    assert "AWS::S3::Bucket" in retained
    assert "AWS::Glue::Database" not in retained


def test_retained_database_with_a_nested_name_is_refused(tmp_path: Path) -> None:
    folder = template(tmp_path, "AWS::Glue::Database", DatabaseInput={"Name": "gold"})
    (finding,) = findings(folder, REGION)
    assert finding == (
        "lake Data: AWS::Glue::Database is retained, but its identifier DatabaseName is no literal in the "
        "template. Let it go with its stack, or set DatabaseName."
    )


def test_name_that_is_computed_is_refused(tmp_path: Path) -> None:
    folder = template(tmp_path, "AWS::S3::Bucket", BucketName={"Fn::Sub": "raw-${AWS::AccountId}"})
    assert "BucketName is no literal" in findings(folder, REGION)[0]


def test_identifier_that_aws_assigns_is_refused(tmp_path: Path) -> None:
    folder = template(tmp_path, "AWS::KMS::Key", Description="of a topic")
    assert "AWS assigns its identifier KeyId" in findings(folder, REGION)[0]
