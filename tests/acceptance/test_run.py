"""The acceptance of a local cloud as if it were AWS: reached through its endpoint alone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from acceptance import waiting
from acceptance.errors import AcceptanceError
from acceptance.run import QUESTIONS, TABLES, Acceptance
from lake.model.discovery import load_domain
from lake.naming import PROCESSED_TO_CURATED, RAW_TO_PROCESSED, stream_job
from localcloud import daemon
from localcloud.daemon import PROJECT, Status

DOMAIN = load_domain("cloud_provider")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Status]:
    """Deployed stacks without data, in a process of their own; this process knows them as its account."""
    home = tmp_path_factory.mktemp("account")
    status = daemon.start(home, "dev", short_runs=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", status.endpoint)
        patch.setenv("AWS_ACCESS_KEY_ID", status.access_key)
        patch.setenv("AWS_SECRET_ACCESS_KEY", status.secret_key)
        patch.setenv("AWS_REGION", status.region)
        patch.setenv("AWS_DEFAULT_REGION", status.region)
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "CAUDAL_HOME"):
            patch.delenv(name, raising=False)
        yield status
    daemon.stop(home)


def acceptance(landing: Path, work: Path) -> Acceptance:
    return Acceptance(env="dev", landing=landing, work=work, console=Console(file=io.StringIO()))


def test_sample_gives_the_same_tables_and_answers(
    deployed: Status, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pauses grow for AWS's rate limits, which a local cloud does not have.
    monkeypatch.setattr(waiting, "LONGEST_PAUSE", waiting.FIRST_PAUSE)
    landing = tmp_path / "landing"
    landing.mkdir()
    (landing / DOMAIN.name).symlink_to(PROJECT / "sample_data" / DOMAIN.name)
    first = acceptance(landing, tmp_path / "work")
    first.check()
    report = first.run()

    assert report.differences == ()
    compared = {kind: {c.name for c in report.comparisons if c.kind == kind} for kind in (TABLES, QUESTIONS)}
    assert compared[TABLES] == {*(mart.name for mart in DOMAIN.marts), "quality_by_run"}
    assert compared[QUESTIONS] == {name for each in DOMAIN.questions for name in each.queries}
    assert all(each.rows for each in report.comparisons)
    kinds = (RAW_TO_PROCESSED, PROCESSED_TO_CURATED, *(stream_job(t.name) for t in DOMAIN.stream_tables))
    jobs = {usage.name: usage for usage in report.usage}
    for kind in kinds:
        usage = jobs[f"caudal-dev-cloud-provider-{kind.replace('_', '-')}"]
        assert usage.runs >= 1
        assert usage.dollars > 0

    # The environment now holds the sample: that is no obstacle, other files are.
    acceptance(landing, tmp_path / "work").check()
    with pytest.raises(AcceptanceError, match=r"file.* that are not of the sample"):
        acceptance(_other(tmp_path), tmp_path / "work").check()


def _other(folder: Path) -> Path:
    """Return a landing folder with another file."""
    landing = folder / "other"
    drop = landing / DOMAIN.name / "customers_orgs.csv"
    drop.parent.mkdir(parents=True)
    columns = next(table for table in DOMAIN.tables if table.name == "customers_orgs").columns
    drop.write_text(",".join(column.name for column in columns) + "\n")
    return landing


def test_landing_folder_without_a_domain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AcceptanceError, match="no subfolder that is named after a domain"):
        acceptance(tmp_path, tmp_path / "work").check()
