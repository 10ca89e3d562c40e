"""Declarations of models, and the mistakes that validation tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lake.errors import DeclarationError, UnknownNameError
from lake.model.columns import bigint, date, decimal, text
from lake.model.models import Fingerprint, Model, Watch
from lake.model.spec import Domain, Mart, PartitionUnit, Table

DAY = date("day", "Day.")
SALES = Table(name="sales", description="Sales.", key=("day",), dated_by="day", columns=(DAY,))
OPINIONS = Table(name="opinions", description="Opinions.", key=("day",), columns=(DAY,))
BY_DAY = Mart(
    name="sales_by_day",
    description="Sales by day.",
    grain=("day",),
    inputs=("sales",),
    partition_by=PartitionUnit.MONTH,
    dated_by="day",
    columns=(DAY, bigint("sales", "Sales.")),
)
ODD = replace(
    BY_DAY,
    name="odd_days",
    inputs=("sales_by_day", "opinions"),
    model="usual_sales",
    columns=(DAY, *(bigint(name, "Number.") for name in ("sales", "low", "high")), text("shop", "Shop.")),
)
WATCH = Watch(mart="odd_days", value="sales", lower="low", upper="high", by="shop")
USUAL = Model(
    name="usual_sales",
    description="Usual sales.",
    inputs=("sales_by_day", "opinions"),
    fingerprint=Fingerprint(mart="sales_by_day", dated_by="day", columns=("day", "sales")),
    watch=WATCH,
    feedback="opinions",
    key=("shop",),
    parameters=(text("shop", "Shop."), decimal(9, 2)("usual", "Usual sales.")),
)


def shop(*models: Model, marts: tuple[Mart, ...] = (BY_DAY, ODD)) -> Domain:
    return Domain(
        name="shop", description="A shop.", tables=(SALES, OPINIONS), marts=marts, models=models or (USUAL,)
    )


def test_models_are_found_by_name() -> None:
    assert shop().model("usual_sales") is USUAL
    with pytest.raises(UnknownNameError, match="no model 'other'"):
        shop().model("other")


def test_mart_takes_the_model_beside_its_inputs() -> None:
    assert ODD.arguments == ("sales_by_day", "opinions", "usual_sales")
    assert BY_DAY.arguments == ("sales",)


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"name": "Usual"}, "names are snake_case"),
    ({"name": "sales"}, "has the name of a table or mart"),
    ({"inputs": ("sales_by_day", "opinions", "gone")}, "input 'gone' is neither a table nor a mart"),
    ({"inputs": ("opinions", "odd_days")}, "is trained on 'odd_days', which is computed with it"),
    ({"inputs": ("opinions",)}, "fingerprint: 'sales_by_day' is no input"),
    ({"inputs": ("sales_by_day",)}, "feedback: 'opinions' is no input"),
    ({"feedback": "sales_by_day"}, "feedback: 'sales_by_day' is no table of CSV files"),
    ({"parameters": ()}, "has no parameters"),
    ({"key": ()}, "has no key"),
    ({"key": ("town",)}, "key column 'town' is not declared"),
    ({"parameters": (text("shop", "A."), text("shop", "B."))}, "column 'shop' is declared twice"),
    ({"parameters": (text("shop", "A."), text("model_version", "B."))}, "the jobs add it"),
    ({"parameters": (text("shop", ""),)}, "column 'shop': has no description"),
    (
        {"fingerprint": Fingerprint(mart="sales", dated_by="day", columns=())},
        "there is no mart 'sales' with a column 'day'",
    ),
    (
        {"fingerprint": Fingerprint(mart="sales_by_day", dated_by="day", columns=("price",))},
        "there is no mart 'sales_by_day' with a column 'price'",
    ),
    (
        {"watch": Watch(mart="sales_by_day", value="sales", lower="low", upper="high", by="shop")},
        "watches 'sales_by_day', which is no mart with a date that is computed with it",
    ),
    (
        {"watch": Watch(mart="odd_days", value="sales", lower="low", upper="top", by="shop")},
        "watches 'odd_days', which has no column 'top'",
    ),
    (
        {"watch": replace(WATCH, verdict="opinion", explained=("fine",))},
        "watches 'odd_days', which has no column 'opinion'",
    ),
    ({"watch": replace(WATCH, explained=("fine",))}, "watch: explained needs the column 'verdict'"),
]


@pytest.mark.parametrize(("change", "problem"), MISTAKES)
def test_mistake_is_told(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        shop(replace(USUAL, **change))
    assert any(problem in each for each in caught.value.problems), caught.value.problems


def test_doubles_and_lists_are_no_parameters() -> None:
    columns = (text("shop", "Shop."), replace(text("x", "X."), type="double"))
    with pytest.raises(DeclarationError, match="column 'x': a parameter is no double"):
        shop(replace(USUAL, parameters=columns))


def test_model_that_no_mart_takes_and_mart_without_its_model_are_told() -> None:
    with pytest.raises(DeclarationError, match="no mart is computed with it"):
        shop(marts=(BY_DAY, replace(ODD, model=None)))
    with pytest.raises(DeclarationError, match="model 'unusual' is not declared"):
        shop(marts=(BY_DAY, ODD, replace(ODD, name="others", model="unusual")))


def test_model_is_declared_once() -> None:
    with pytest.raises(DeclarationError, match="model usual_sales: is declared twice"):
        shop(USUAL, USUAL)
