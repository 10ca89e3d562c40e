"""Rows of two environments, compared."""

from __future__ import annotations

from acceptance.results import Comparison, compare
from localcloud.client import QueryResult


def result(*rows: tuple[str | None, ...], columns: tuple[str, ...] = ("day", "usd")) -> QueryResult:
    return QueryResult(columns=columns, numeric=tuple(False for _ in columns), rows=rows)


def difference(found: QueryResult, expected: QueryResult, *, ordered: bool = False) -> str:
    [comparison] = compare("Gold tables", {"sales": found}, {"sales": expected}, ordered=ordered)
    assert (comparison.kind, comparison.name, comparison.rows) == ("Gold tables", "sales", len(expected.rows))
    return comparison.difference


FIRST, SECOND = ("2025-08-01", "1.50"), ("2025-08-02", None)


def test_equal_rows_have_no_difference() -> None:
    assert difference(result(FIRST, SECOND), result(FIRST, SECOND), ordered=True) == ""


def test_order_of_a_table_does_not_count_and_that_of_an_answer_does() -> None:
    assert difference(result(SECOND, FIRST), result(FIRST, SECOND)) == ""
    assert (
        difference(result(SECOND, FIRST), result(FIRST, SECOND), ordered=True)
        == "equal rows in another order"
    )


def test_missing_and_unexpected_rows_are_counted_with_an_example() -> None:
    assert difference(result(FIRST, ("2025-08-02", "0")), result(FIRST, SECOND)) == (
        "1 row(s) missing, e.g. (2025-08-02, NULL); 1 row(s) unexpected, e.g. (2025-08-02, 0)"
    )


def test_row_that_appears_twice_is_unexpected_once() -> None:
    assert difference(result(FIRST, FIRST), result(FIRST)) == ("1 row(s) unexpected, e.g. (2025-08-01, 1.50)")


def test_text_of_a_number_counts() -> None:
    found = result(("2025-08-01", "1.5"))
    assert difference(found, result(FIRST)).startswith("1 row(s) missing, e.g. (2025-08-01, 1.50)")


def test_other_columns_are_named() -> None:
    found = result(FIRST, columns=("day", "eur"))
    assert difference(found, result(FIRST)) == "columns day, eur, expected day, usd"


def test_every_expected_table_is_compared() -> None:
    same = result(FIRST)
    names = [
        each.name for each in compare("t", {"a": same, "b": same}, {"a": same, "b": same}, ordered=False)
    ]
    assert names == ["a", "b"]
    assert Comparison(kind="t", name="a", rows=1).difference == ""
