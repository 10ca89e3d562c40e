"""An upload that is interrupted, and names that are refused at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lake.model.spec import Domain
from tests.uploader.conftest import HEADERS, NAMES
from uploader import Outcome, Status, upload
from uploader.report import NoProgress

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def test_interrupted_upload_completes_what_it_sends_and_says_what_arrived(
    landing: Callable[..., Path], shop: Domain, s3: S3Client
) -> None:
    class Interrupting(NoProgress):
        def finished(self, outcome: Outcome) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            # The only worker waits until the main thread was interrupted.
            time.sleep(0.3)

    folder = landing({f"orders_{number}.csv": HEADERS["orders"] + f"{number}\n" for number in range(5)})
    report = upload([folder], shop, client=s3, names=NAMES, jobs=1, progress=Interrupting())
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=NAMES.raw_bucket).get("Contents", [])]
    assert report.is_interrupted
    assert not report.is_complete
    assert 0 < len(keys) < 5
    assert report.waiting == 5 - len(report.outcomes)
    again = upload([folder], shop, client=s3, names=NAMES)
    assert len(again.with_status(Status.SKIPPED)) == len(keys)
    assert again.is_complete


def test_name_with_a_line_break_is_refused_with_that_reason(
    landing: Callable[..., Path], shop: Domain, s3: S3Client
) -> None:
    folder = landing({"orders_\n.csv": HEADERS["orders"], "orders_good.csv": HEADERS["orders"] + "1\n"})
    report = upload([folder], shop, client=s3, names=NAMES)
    [refused] = report.refused
    assert "the file's name has a line break or another control character" in refused.detail
    assert len(report.with_status(Status.UPLOADED)) == 1
