"""`caudal model feedback`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.model.feedback import one_row
from lake.errors import CaudalError
from lake.model.discovery import load_domain
from tests.cli.model.conftest import NAMES, ModelLine

VERDICT = ("stall=north", "day=2025-07-14", "verdict=planned")
FEEDBACK = load_domain("cloud_provider").table("anomaly_feedback")
GIVEN = {"org_id": "o-1", "usage_date": "2025-07-14", "service": "GenAI", "verdict": "planned"}


def sent(cli: ModelLine) -> dict[str, str]:
    """Return key → body of what raw holds."""
    listed = cli.s3.list_objects_v2(Bucket=NAMES.raw_bucket).get("Contents", [])
    bodies = {each["Key"]: cli.s3.get_object(Bucket=NAMES.raw_bucket, Key=each["Key"]) for each in listed}
    return {key: answer["Body"].read().decode() for key, answer in bodies.items()}


def test_one_verdict_is_sent_like_any_file(cli: ModelLine) -> None:
    done = cli.run("feedback", *VERDICT)
    assert done.exit_code == 0, done.output
    [(key, body)] = sent(cli).items()
    assert key.startswith("stall/verdicts/")
    assert body == "stall,day,verdict\nnorth,2025-07-14,planned\n"


def test_verdict_that_was_given_before_is_the_newest_again(cli: ModelLine) -> None:
    for verdict in ("planned", "odd", "planned"):
        assert cli.run("feedback", *VERDICT[:2], f"verdict={verdict}").exit_code == 0
    assert len(sent(cli)) == 3


def test_dry_run_sends_nothing(cli: ModelLine) -> None:
    assert cli.run("feedback", *VERDICT, "--dry-run").exit_code == 0
    assert sent(cli) == {}


def test_file_of_verdicts_is_sent_once(cli: ModelLine, tmp_path: Path) -> None:
    file = tmp_path / "verdicts_july=1.csv"
    file.write_text("stall,day,verdict\nnorth,2025-07-14,odd\nsouth,2025-07-14,planned\n")
    assert cli.run("feedback", str(file)).exit_code == 0
    assert cli.run("feedback", str(file)).exit_code == 0
    assert list(sent(cli).values()) == [file.read_text()]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("stall=north", "day=2025-07-14"), "'verdict' is missing"),
        (("stall=", "day=2025-07-14", "verdict=odd"), "'stall' is missing"),
        (("stall=north", "day=14.7.2025", "verdict=odd"), "it is no day"),
        (("stall=north", "day=20250714", "verdict=odd"), "not written as YYYY-MM-DD"),
        (("stall=north", "day=2025-02-30", "verdict=odd"), "it is no day"),
        (("stall=north", "day=2025-07-14", "verdict=maybe"), "it is not one of planned, odd"),
        ((*VERDICT, "colour=red"), "there is no column 'colour'"),
        ((*VERDICT, "verdict=odd"), "'verdict' is given twice"),
        ((*VERDICT, "verdicts.csv"), "files and a single verdict are given at once"),
        (("july.csv",), "its name has to begin with verdicts"),
        (("verdicts_gone.csv",), "verdicts_gone.csv"),
    ],
)
def test_verdict_that_the_pipeline_would_refuse_is_not_sent(
    cli: ModelLine, words: tuple[str, ...], problem: str
) -> None:
    refused = cli.run("feedback", *words)
    assert refused.exit_code == 2
    assert problem in refused.stderr
    assert sent(cli) == {}


def test_giver_is_the_caller_unless_it_is_named() -> None:
    caller = "arn:aws:sts::1:assumed-role/finance/ann"
    assert one_row(FEEDBACK, GIVEN, caller) == (
        "org_id,usage_date,service,verdict,given_by\no-1,2025-07-14,GenAI,planned,ann\n"
    )
    named = one_row(FEEDBACK, {**GIVEN, "note": 'a "big", move', "given_by": "bo"}, caller)
    assert named.splitlines()[1] == 'o-1,2025-07-14,GenAI,planned,"a ""big"", move",bo'


def test_service_may_be_spelled_as_in_events_and_the_verdict_may_not() -> None:
    with pytest.raises(CaudalError, match="it is not one of confirmed, false_alarm, planned"):
        one_row(FEEDBACK, {**GIVEN, "verdict": "Planned"}, "ann")
