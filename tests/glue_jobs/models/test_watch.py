"""The comparison of the newest days with a model."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from pyspark.sql import DataFrame, SparkSession

from glue_jobs.models.watch import Drift, Watched, compare
from lake.model.models import Watch

WATCH = Watch(mart="odd", value="price", lower="low", upper="high", by="country")
TRAINED_UNTIL = date(2025, 3, 31)


def frame(spark: SparkSession, *rows: tuple[int, str, str | None, str | None, str | None]) -> DataFrame:
    """Return rows of days after the training: day, country, price, low, high."""
    typed = [
        (TRAINED_UNTIL + timedelta(days=day), country, *(value and Decimal(value) for value in values))
        for day, country, *values in rows
    ]
    columns = "day date, country string, price decimal(9,2), low decimal(9,2), high decimal(9,2)"
    return spark.createDataFrame(typed, columns)


def drift(rows: DataFrame) -> Drift:
    return compare(rows, WATCH, "day", TRAINED_UNTIL)


def watched(rows: int, outside: int) -> Watched:
    return Watched(model="prices", version="m-1", drift={"SE": {"rows": rows, "outside": outside}})


def test_rows_outside_of_their_bounds_are_counted_by_value(spark: SparkSession) -> None:
    rows = frame(
        spark,
        (1, "SE", "5", "1", "5"), (1, "SE", "1", "1", "5"), (2, "SE", "5.01", "1", "5"),
        (2, "SE", "0.99", "1", "5"), (2, "DK", "3", "1", "5"),
    )  # fmt: skip
    assert drift(rows) == {"DK": {"rows": 1, "outside": 0}, "SE": {"rows": 4, "outside": 2}}


def test_days_of_the_training_days_long_ago_and_rows_without_bounds_do_not_count(spark: SparkSession) -> None:
    rows = frame(
        spark,
        (0, "SE", "9", "1", "5"), (1, "SE", "9", "1", "5"), (2, "SE", "9", "1", "5"),
        (29, "SE", "9", "1", "5"), (29, "DK", "9", None, "5"), (29, "DK", "9", "1", None),
        (29, "DK", None, "1", "5"),
    )  # fmt: skip
    assert drift(rows) == {"SE": {"rows": 2, "outside": 2}}


def test_without_new_days_there_is_nothing_to_compare(spark: SparkSession) -> None:
    assert drift(frame(spark, (0, "SE", "9", "1", "5"))) == {}
    assert drift(frame(spark)) == {}


def test_model_does_not_fit_above_a_fifth_of_thirty_rows() -> None:
    assert watched(30, 7).misfits == ("SE",)
    assert watched(30, 6).misfits == ()
    assert watched(29, 29).misfits == ()


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
