"""Predicted DPU seconds, with the figures of small runs."""

from __future__ import annotations

import pytest

from lake.measures import Measures
from lake.prediction import Requests, predict, predict_runs, requests


def test_short_run_is_billed_a_minute_of_two_workers() -> None:
    found = predict(Measures(processor=4.0, driver=10.0, driver_processor=10.0), "G.1X")
    assert (found.start, found.driver, found.requests, found.tasks) == (20.0, 10.0, 0.0, 1.0)
    assert found.seconds == 31.0
    assert found.dpu_seconds == 120.0


def test_seconds_of_a_run_are_those_of_start_driver_requests_and_tasks() -> None:
    measures = Measures(
        processor=80.0, driver=40.0, driver_processor=40.0, bytes_read=680_000_000,
        bytes_written=170_000_000, files_read=1_000, files_written=100, listed=300,
        read=400, copied=320, written=60, deleted=40,
    )  # fmt: skip
    found = predict(measures, "G.1X")
    # 320 copies, 32 at a time; 800 other requests, and 10 of the driver for each file written, 4 at a time.
    assert found.requests == pytest.approx(0.05 * (320 / 32 + (800 + 1_000) / 4))
    assert found.requests == pytest.approx(23.0)
    # 6 requests for each file read and 11 for each written; 850 MB at 85 MB/s; four slots.
    assert found.tasks == pytest.approx((80 + 0.05 * (6_000 + 1_100) + 10) / 4)
    assert found.tasks == pytest.approx(111.25)
    assert found.dpu_seconds == pytest.approx(2 * (20 + 40 + 23 + 111.25))


def test_more_workers_divide_the_seconds_of_tasks_alone() -> None:
    measures = Measures(processor=900.0, driver=30.0, driver_processor=30.0)
    assert predict(measures, "G.1X", 2).tasks == 225.0
    ten = predict(measures, "G.1X", 10)
    assert (ten.tasks, ten.dpu_seconds) == (25.0, 10 * (20 + 30 + 25.0))


def test_small_worker_of_a_stream_has_two_processors_and_a_quarter_dpu() -> None:
    found = predict(Measures(processor=80.0, driver=20.0, driver_processor=20.0), "G.025X")
    assert (found.tasks, found.dpu_seconds) == (40.0, 0.5 * 80)


def test_each_run_starts_and_is_billed_a_minute_at_least() -> None:
    # 20 s of each run are its start.
    short = Measures(driver=10.0, driver_processor=10.0, copied=64)
    long = Measures(driver=180.0, driver_processor=180.0)
    found = predict_runs([short, long], "G.1X")
    assert (found.start, found.driver, found.tasks) == (40.0, 190.0, 0.0)
    assert found.requests == pytest.approx(0.05 * 64 / 32)
    assert found.dpu_seconds == 2 * (60.0 + 200.0)
    assert predict_runs([], "G.1X").dpu_seconds == 0.0


def test_measures_of_several_runs_have_the_minimum_of_all() -> None:
    short = predict(Measures(runs=3, driver=30.0, driver_processor=30.0), "G.1X")
    assert (short.start, short.dpu_seconds) == (60.0, 2 * 180.0)
    assert predict(Measures(runs=3, driver=200.0, driver_processor=200.0), "G.1X").dpu_seconds == 2 * 260.0


@pytest.mark.parametrize(("waited", "worked"), [(30.0, 12.0), (12.0, 30.0)])
def test_driver_takes_no_longer_than_it_waits_or_works(waited: float, worked: float) -> None:
    assert predict(Measures(driver=waited, driver_processor=worked), "G.1X").driver == 12.0


def test_requests_are_those_of_the_job_and_those_of_spark_by_its_files() -> None:
    measures = Measures(
        listed=1, read=10, copied=100, written=1_000, deleted=9, files_read=2, files_written=3
    )
    assert requests(measures) == Requests(reads=10 + 6 * 2 + 6 * 3, writes=1_101 + 14 * 3)


def test_what_the_predicted_requests_were_rounded_from() -> None:
    """The jobs of the shop's sample on S3A: files read and written, and counted requests of Spark."""
    for files_read, files_written, counted, tolerance in (
        (97, 74, 2_114, 0.011),
        (643, 128, 6_421, 0.020),
        # The relational copy moves no published files, so its requests are the least well predicted.
        (158, 79, 3_072, 0.152),
    ):
        of_spark = requests(Measures(files_read=files_read, files_written=files_written))
        assert of_spark.reads + of_spark.writes + files_written == pytest.approx(counted, rel=tolerance)
