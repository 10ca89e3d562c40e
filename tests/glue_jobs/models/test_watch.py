"""The comparison of the newest days with a model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.watch import Drift, Watched, compare
from lake.model.models import Watch

WATCH = Watch(
    mart="odd",
    value="price",
    lower="low",
    upper="high",
    by="country",
    verdict="said",
    explained=("sale", "no"),
)
TRAINED_UNTIL = date(2025, 3, 31)


def frame(
    spark: SparkSession, *rows: tuple[int, str, str | None, str | None, str | None], said: str | None = None
) -> DataFrame:
    """Return rows of days after the training: day, country, price, low, high; all with the same verdict."""
    typed = [
        (TRAINED_UNTIL + timedelta(days=day), country, *(value and Decimal(value) for value in values), said)
        for day, country, *values in rows
    ]
    columns = "day date, country string, price decimal(9,2), low decimal(9,2), high decimal(9,2), said string"
    return spark.createDataFrame(typed, columns)


def drift(rows: DataFrame) -> Drift:
    return compare(rows, WATCH, "day", TRAINED_UNTIL)


def watched(rows: int, outside: int) -> Watched:
    return Watched(model="prices", version="m-1", drift={"SE": {"rows": rows, "outside": outside}})


def test_rows_outside_of_their_bounds_are_counted_by_value(spark: SparkSession) -> None:
    rows = frame(
        spark,
        (1, "SE", "5", "1", "5"), (1, "SE", "1", "1", "5"), (2, "SE", "5.01", "1", "5"),
        (2, "SE", "0.99", "1", "5"), (2, "DK", "3", "1", "5"), (3, "SE", "0", "1", "5"),
    )  # fmt: skip
    assert drift(rows) == {"DK": {"rows": 1, "outside": 0}, "SE": {"rows": 4, "outside": 2}}


def test_days_of_the_training_days_long_ago_and_rows_without_bounds_do_not_count(spark: SparkSession) -> None:
    rows = frame(
        spark,
        (0, "SE", "9", "1", "5"), (1, "SE", "9", "1", "5"), (2, "SE", "9", "1", "5"),
        (29, "SE", "9", "1", "5"), (29, "DK", "9", None, "5"), (29, "DK", "9", "1", None),
        (29, "DK", None, "1", "5"), (30, "SE", "3", "1", "5"),
    )  # fmt: skip
    assert drift(rows) == {"SE": {"rows": 2, "outside": 2}}


def test_newest_day_does_not_count_because_it_may_be_unfinished(spark: SparkSession) -> None:
    assert drift(frame(spark, (1, "SE", "0", "1", "5"))) == {}
    rows = frame(spark, (1, "SE", "3", "1", "5"), (2, "SE", "0", "1", "5"), (2, "DK", "0", "1", "5"))
    assert drift(rows) == {"SE": {"rows": 1, "outside": 0}}


def test_explained_rows_do_not_count(spark: SparkSession) -> None:
    usual = frame(spark, (1, "SE", "3", "1", "5"), (9, "SE", "3", "1", "5"))
    confirmed = frame(spark, (2, "SE", "9", "1", "5"), said="yes")
    for verdict in ("sale", "no"):
        explained = frame(spark, (3, "SE", "9", "1", "5"), (4, "DK", "9", "1", "5"), said=verdict)
        assert drift(usual.union(confirmed).union(explained)) == {"SE": {"rows": 2, "outside": 1}}


def test_mart_without_verdicts_is_compared(spark: SparkSession) -> None:
    rows = frame(spark, (1, "SE", "9", "1", "5"), (2, "SE", "9", "1", "5")).drop("said")
    without = replace(WATCH, verdict=None, explained=())
    assert compare(rows, without, "day", TRAINED_UNTIL) == {"SE": {"rows": 1, "outside": 1}}


def test_without_new_days_there_is_nothing_to_compare(spark: SparkSession) -> None:
    assert drift(frame(spark, (0, "SE", "9", "1", "5"))) == {}
    assert drift(frame(spark)) == {}


def test_model_does_not_fit_above_a_fifth_of_fourteen_rows_or_more() -> None:
    assert watched(14, 3).misfits == ("SE",)
    assert watched(15, 3).misfits == ()
    assert watched(13, 13).misfits == ()


def test_one_series_can_be_a_misfit_within_the_watched_days(spark: SparkSession) -> None:
    rows = frame(spark, *((day, "SE", "9" if day > 20 else "3", "1", "5") for day in range(1, 30)))
    found = Watched(model="prices", version="m-1", drift=drift(rows))
    assert found.drift == {"SE": {"rows": 28, "outside": 8}}
    assert found.misfits == ("SE",)


def test_message_says_what_does_not_fit_and_what_to_do() -> None:
    [message] = watched(40, 10).messages("shop")
    assert message == (
        "Model prices: m-1 no longer fits; of the newest days these shares are outside of its bounds: "
        "SE 25 %; train: caudal model train --domain shop."
    )
    assert watched(40, 2).messages("shop") == []


def test_message_names_corrected_months_and_failures() -> None:
    found = Watched(model="prices", version="m-1", corrected_months=("2025-02", "2025-03"), failure="no rows")
    failure, correction = found.messages("shop")
    assert failure == "Model prices: no rows"
    assert correction == (
        "Model prices: m-1 was trained on data that was corrected since: 2025-02, 2025-03; "
        "train: caudal model train --domain shop."
    )
