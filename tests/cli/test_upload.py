"""`upload_files.py` and `caudal upload`: target, output and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from moto.server import ThreadedMotoServer
from typer.testing import CliRunner

from cli.upload import app
from tests.uploader.conftest import HEADERS, NAMES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Lay = Callable[..., Path]

SHOP = ["--domain", "ecommerce", "--env", "test"]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.output


def test_good_folder_exits_with_0_and_a_summary(s3: S3Client, landing: Lay) -> None:
    folder = landing({"orders.csv": HEADERS["orders"], "customers.csv": HEADERS["customers"]})
    code, output = run(folder, *SHOP)
    assert code == 0
    assert f"ecommerce → s3://{NAMES.raw_bucket}" in output
    assert "2 of 2 files" in output
    code, output = run(folder, *SHOP)
    assert code == 0
    assert "customers" in output


def test_refused_file_exits_with_1_and_its_reason(s3: S3Client, landing: Lay) -> None:
    code, output = run(landing({"orders.csv": HEADERS["orders"], "invoices.csv": "a\n"}), *SHOP)
    assert code == 1
    assert "refused invoices.csv: the file name begins with no table's name" in output


def test_dry_run_uploads_nothing(s3: S3Client, landing: Lay) -> None:
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), *SHOP, "--dry-run")
    assert code == 0
    assert "planned" in output
    assert s3.list_objects_v2(Bucket=NAMES.raw_bucket)["KeyCount"] == 0


def test_drift_and_ignored_files_are_listed(s3: S3Client, landing: Lay) -> None:
    code, output = run(landing({"orders.csv": "coupon," + HEADERS["orders"], ".hidden": "x"}), *SHOP)
    assert code == 0
    assert "drift orders.csv: column 'coupon' is not declared" in output
    assert "ignored .hidden" in output


def test_unknown_domain_exits_with_2_and_lists_the_known(s3: S3Client, landing: Lay) -> None:
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), "--domain", "shop", "--env", "test")
    assert code == 2
    assert "there is no domain 'shop'" in output
    assert "ecommerce" in output


def test_environment_that_is_not_deployed_exits_with_2(s3: S3Client, landing: Lay) -> None:
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), "--domain", "ecommerce", "--env", "prod")
    assert code == 2
    assert "not deployed here" in output


def test_missing_credentials_exit_with_2_and_a_hint(
    landing: Lay, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "CAUDAL_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), *SHOP)
    assert code == 2
    assert "there are no AWS credentials" in output


def test_missing_local_cloud_exits_with_2_and_a_hint(landing: Lay, tmp_path: Path) -> None:
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), *SHOP, "--home", tmp_path)
    assert code == 2
    assert "caudal up" in output


def status(home: Path, endpoint: str) -> None:
    fields = {
        "endpoint": endpoint, "region": "us-east-1", "access_key": "test", "secret_key": "test",
        "account": NAMES.account, "env": NAMES.env,
    }  # fmt: skip
    (home / "status.json").write_text(json.dumps(fields))


def test_local_cloud_that_does_not_answer_exits_with_2(
    landing: Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))
    status(tmp_path, "http://127.0.0.1:9")
    code, output = run(landing({"orders.csv": HEADERS["orders"]}), *SHOP, "--home", tmp_path)
    assert code == 2
    assert "Could not connect" in output
    assert "caudal up" in output


@pytest.mark.parametrize("option", ["--home", "--local"])
def test_local_cloud_is_found_by_its_home(landing: Lay, tmp_path: Path, option: str) -> None:
    import boto3

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        status(tmp_path, endpoint)
        client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        client.create_bucket(Bucket=NAMES.raw_bucket)
        code, _ = run(landing({"orders.csv": HEADERS["orders"]}), "--domain", "ecommerce", option, tmp_path)
        assert code == 0
        assert client.list_objects_v2(Bucket=NAMES.raw_bucket)["KeyCount"] == 1
    finally:
        server.stop()


def test_json_has_one_entry_per_file(s3: S3Client, landing: Lay) -> None:
    folder = landing({"orders.csv": HEADERS["orders"], "invoices.csv": "a\n"})
    result = CliRunner().invoke(app, [str(folder), *SHOP, "--json"])
    assert result.exit_code == 1
    entries = {entry["path"]: entry["status"] for entry in json.loads(result.stdout)}
    assert entries == {"orders.csv": "uploaded", "invoices.csv": "uploaded"}
