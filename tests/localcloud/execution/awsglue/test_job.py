"""The life cycle of a Glue job."""

from __future__ import annotations

import pytest

from localcloud.execution.awsglue.job import Job


def test_commit_requires_init() -> None:
    job = Job(glue_context=None)
    with pytest.raises(RuntimeError, match="before"):
        job.commit()

    job.init("job", {"a": "b"})
    job.commit()

    assert job.committed
