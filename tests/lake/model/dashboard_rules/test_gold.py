"""Dashboards that contradict gold are refused with dashboard, visual, column and remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lake.errors import DeclarationError
from lake.model.columns import bigint, date, text
from lake.model.dashboards.fields import Dimension, Format, distinct, gold, named_query, rows, total
from lake.model.dashboards.visuals import MONTH, Dashboard, Filter, Kpi, Sheet, Table
from lake.model.spec import Domain, Mart
from lake.model.spec import Table as Incoming

LOANS = gold("loans_by_day", date="lent_on")
NUMBER = Kpi(
    key="loans", title="Loans", unit="lent", dataset=LOANS, value=total("loans", "Loans", Format.COUNT)
)
LIST = Table(
    key="list",
    title="Which?",
    unit="all",
    dataset=LOANS,
    by=(Dimension(column="genre", label="Genre"),),
    values=(rows("Days"),),
    sort="Days",
)
PAGE = Dashboard(
    key="page",
    title="Page",
    headline="{loans} loans in {month}, {loans.change} than in {month_before}.",
    first_headline="{loans} loans.",
    sheets=(Sheet(title="Sheet", visuals=(NUMBER, LIST)),),
    filters=(MONTH, Filter(key="genre", label="Genre", column="genre")),
)


def library(*dashboards: Dashboard) -> Domain:
    return Domain(
        name="library",
        description="A library.",
        tables=(Incoming(name="loans", description="Loans.", key=("id",), columns=(bigint("id", "Loan."),)),),
        marts=(
            Mart(
                name="loans_by_day",
                description="Loans per day.",
                grain=("lent_on", "genre"),
                inputs=("loans",),
                columns=(date("lent_on", "Day."), text("genre", "Genre."), bigint("loans", "Loans.")),
            ),
        ),
        dashboards=dashboards,
    )


def with_visuals(*visuals: Kpi | Table) -> Dashboard:
    return replace(PAGE, sheets=(Sheet(title="Sheet", visuals=visuals),))


def test_a_dashboard_that_fits_gold_is_accepted() -> None:
    assert [each.key for each in library(PAGE).shown_dashboards] == ["page", "data-quality"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (
            lambda: with_visuals(replace(NUMBER, value=total("lent", "Loans", Format.COUNT)), LIST),
            "dashboard page: visual loans: loans_by_day has no column 'lent': name one of lent_on, genre,",
        ),
        (
            lambda: with_visuals(replace(NUMBER, dataset=gold("loans")), LIST),
            "visual loans: there is no gold table 'loans': known are loans_by_day, pipeline_runs, quality_",
        ),
        (
            lambda: with_visuals(replace(NUMBER, dataset=gold("loans_by_day", date="genre")), LIST),
            "visual loans: loans_by_day is dated by 'genre', which is a string: name a date",
        ),
        (
            lambda: with_visuals(replace(NUMBER, value=total("genre", "Loans", Format.COUNT)), LIST),
            "visual loans: loans_by_day.genre is a string, which has no sum: count it, or name a number",
        ),
        (
            lambda: with_visuals(replace(NUMBER, dataset=named_query("lent")), LIST),
            "visual loans: there is no named query 'lent': name it in a question of the domain",
        ),
        (
            lambda: with_visuals(NUMBER, NUMBER, LIST),
            "dashboard page: visual 'loans' is declared 2 times",
        ),
        (
            lambda: with_visuals(NUMBER, replace(LIST, sort="Genres")),
            "visual list: sort names 'Genres', which is no label of its: name one of Genre, Days",
        ),
        (
            lambda: with_visuals(NUMBER, replace(LIST, values=(distinct("genre", "Genre"),), sort="Genre")),
            "visual list: the label 'Genre' stands twice",
        ),
        (
            lambda: replace(PAGE, headline="{lent} loans"),
            "dashboard page: the headline names '{lent}', which no visual gives: correct it",
        ),
        (
            lambda: replace(PAGE, filters=(Filter(key="land", label="Land", column="land"),)),
            "dashboard page: filter land: no visual's table has a column 'land': remove it",
        ),
        (lambda: replace(PAGE, key="../page"), "key '../page' is not lower case letters, digits, - and _"),
        (
            lambda: replace(PAGE, key="data-quality"),
            "dashboard 'data-quality' is declared 2 times: rename one",
        ),
    ],
)
def test_contradictions_are_refused_with_place_and_remedy(
    broken: Callable[[], Dashboard], message: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        library(broken())
    assert message in str(caught.value)
