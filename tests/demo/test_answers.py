"""Business questions are answered with the deployed queries."""

from __future__ import annotations

from demo.answers import as_table, show_answers
from lake.model.spec import Domain, Question
from lake.naming import Names
from localcloud.client import QueryResult
from tests.demo.conftest import Output
from tests.demo.fakes import FakeAthena

SHOP = Domain(
    name="shop",
    description="A shop.",
    tables=(),
    questions=(Question(number=2, title="What sells best?", queries=("top_products",)),),
)


def test_question_is_printed_with_the_answer_of_its_query(names: Names, console: Output) -> None:
    sql = "-- Best products\nSELECT product, revenue FROM products"
    athena = FakeAthena(
        {"FROM products": ({"product": "varchar", "revenue": "decimal(18,6)"}, [["pen", "1.500000"]])},
        {(names.database("shop", "gold"), "top_products"): sql},
    )
    show_answers(athena, SHOP, names, console)
    assert console.text == "2. What sells best? Best products (top_products) product revenue pen 1.50"


def test_rows_over_the_limit_are_counted(console: Output) -> None:
    answer = QueryResult(columns=("numbers_of_rows",), numeric=(True,), rows=(("1",), ("2",), ("3",)))
    console.print(as_table(answer, console, limit=1))
    assert console.text == "numbers_of_rows 1 … and 2 more rows"


def test_numbers_lose_zeros_after_the_cents_and_null_is_a_dash(console: Output) -> None:
    rows = (("1.500000", "1.500000"), ("0.006667", None), ("7", ""))
    console.print(as_table(QueryResult(columns=("n", "t"), numeric=(True, False), rows=rows), console))
    assert console.text == "n t 1.50 1.500000 0.006667 – 7"


def test_data_is_no_markup(names: Names, console: Output) -> None:
    athena = FakeAthena(
        {"FROM products": ({"[b]name": "varchar"}, [["[red]pen[/red] [/x]"]])},
        {(names.database("shop", "gold"), "top_products"): "-- Best [/x]\nSELECT name FROM products"},
    )
    show_answers(athena, SHOP, names, console)
    assert console.text == "2. What sells best? Best [/x] (top_products) [b]name [red]pen[/red] [/x]"
