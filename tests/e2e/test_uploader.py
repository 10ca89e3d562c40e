"""An upload that fails in the deployed cloud leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud.context import ACCOUNT
from tests.e2e.lakehouse import Lakehouse
from tests.toy.drops import HEAD

COMPLETION = "before-call.s3.CompleteMultipartUpload"


def test_parts_of_a_failed_upload_are_removed(
    toy: Lakehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uploader.transfer.PART_BYTES", 10)
    (tmp_path / "sales.csv").write_text(HEAD["sales"] + "97,1,2013-01-05,9.50,shop\n")
    events = toy.cloud.client("s3", f"arn:aws:iam::{ACCOUNT}:role/{toy.names.uploader_role}").meta.events

    def fail(**_: object) -> None:
        raise OSError("the network is gone")

    events.register(COMPLETION, fail)
    try:
        report = toy.send(tmp_path)
    finally:
        events.unregister(COMPLETION, fail)

    assert not report.is_complete
    assert "the network is gone" in str(report.outcomes)
    assert "Uploads" not in toy.cloud.client("s3").list_multipart_uploads(Bucket=toy.names.raw_bucket)
