"""A mart whose grain repeats fails the run before anything is published; the message has an example."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pyspark.sql import DataFrame, SparkSession

from domains.ecommerce.marts import FACT_ORDER_ITEMS_ENRICHED
from glue_jobs.curation.grain import GrainError, check_grains
from lake.model.columns import bigint, date, text
from lake.model.discovery import transformation
from lake.model.spec import Mart
from tests.frames import frame
from tests.pipeline import Pipeline
from tests.toy.drops import HEAD

COLUMNS = (date("day", "Day."), text("shop", "Shop."), bigint("sold", "Pieces sold."))
DAILY = Mart(name="daily", description="-", grain=("day", "shop"), inputs=(), columns=COLUMNS)
SHOPS = Mart(name="shops", description="-", grain=("shop",), inputs=(), columns=COLUMNS)
LINES = Mart(name="lines", description="-", without_grain="Lines repeat.", inputs=(), columns=COLUMNS)

UNIQUE = """
    day        | shop  | sold
    2024-01-05 | north | 1
    2024-01-05 | south | 1
    2024-01-06 | north | 1
"""


def check(spark: SparkSession, staged: Mapping[Mart, str]) -> None:
    """Check marts with these staged rows."""
    frames: dict[str, DataFrame] = {mart.name: frame(spark, COLUMNS, rows) for mart, rows in staged.items()}
    check_grains("trade", staged, frames.__getitem__)


def test_different_keys_are_accepted(spark: SparkSession) -> None:
    check(spark, {DAILY: UNIQUE, SHOPS: "day | shop | sold\n2024-01-05 | north | 1"})
    check(spark, {DAILY: "day | shop | sold"})
    check(spark, {})


def test_error_names_the_mart_an_example_the_numbers_and_the_remedy(spark: SparkSession) -> None:
    repeated = f"{UNIQUE}2024-01-06 | north | 2\n2024-01-05 | south | 3\n2024-01-05 | south | 4\n"
    with pytest.raises(GrainError) as error:
        check(spark, {DAILY: repeated, SHOPS: UNIQUE})
    assert error.value.problems == (
        "daily has 2 key(s) with several rows (5 rows), for example day 2024-01-05, shop south with 3 rows.",
        "shops has 1 key(s) with several rows (2 rows), for example shop north with 2 rows.",
    )
    assert str(error.value).startswith("domain trade: the grain is not unique: daily has ")
    assert str(error.value).endswith(
        "Nothing was published. Correct build in gold/<mart>.py, or the mart's grain in the declaration "
        "(without_grain says that there is none), and deploy. The next execution publishes the same batches."
    )


def test_null_is_a_value_of_a_key(spark: SparkSession) -> None:
    """A null leaves a hash unchanged, so the keys (null, x) and (x, null) have equal hashes."""
    pair = Mart(name="pair", description="-", grain=("shop", "town"), inputs=(), columns=())
    columns = (text("shop", "Shop."), text("town", "Town."))
    different = frame(spark, columns, "shop | town\nnull | x\nx | null")
    check_grains("trade", [pair], lambda _: different)
    with pytest.raises(GrainError, match=r"pair has 1 key\(s\) .* for example shop null, town x with 2 rows"):
        check_grains("trade", [pair], lambda _: different.unionAll(different.limit(1)))


def test_mart_without_a_grain_is_not_checked(spark: SparkSession) -> None:
    assert not FACT_ORDER_ITEMS_ENRICHED.grain
    check(spark, {LINES: f"{UNIQUE}2024-01-05 | north | 1\n"})


def test_run_that_would_publish_a_repeated_key_publishes_nothing(
    january: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The corrected transformation publishes the same batch."""
    before = january.published()
    january.drop({"sales_feb.csv": HEAD["sales"] + "6,1,2024-02-20,6.00,web\n"})
    january.ingest()
    module = transformation("toy", "gold", "sales_enriched")
    with monkeypatch.context() as patch:
        correct = module.build
        patch.setattr(module, "build", lambda **inputs: correct(**inputs).union(correct(**inputs)))
        with pytest.raises(GrainError, match=r"sales_enriched has 3 key\(s\) .* sale_id 2 with 2 rows"):
            january.curate()
    assert january.published() == before
    january.curate()
    assert january.published() == january.refreshed()
    assert ("6",) in january.rows("gold", "sales_enriched", "sale_id")
