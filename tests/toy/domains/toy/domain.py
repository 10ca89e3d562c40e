"""A workshop: who makes things, what was sold and of which parts, what came back. Small, with every shape.

A master, a dated table that refers to it, groups of lines that take their month from the dated table, a
dated table whose rows look up rows of other months; a mart by month, one by year and one whole.
"""

from __future__ import annotations

from lake.model.checks import Effect, allowed, at_least
from lake.model.columns import bigint, date, integer, money, text, total
from lake.model.serving import Collection, Embedded, Served, Shape
from lake.model.spec import Domain, Every, Mart, Reference, Table, Versions

CHANNELS = ("shop", "web")

MAKERS = Table(
    name="makers",
    description="Who makes things.",
    key=("maker_id",),
    columns=(bigint("maker_id", "Identifies the maker."), text("name", "Name."), text("country", "Country.")),
)

SALES = Table(
    name="sales",
    description="What was sold.",
    key=("sale_id",),
    dated_by="sold_on",
    columns=(
        bigint("sale_id", "Identifies the sale."),
        bigint("maker_id", "Who made it."),
        date("sold_on", "Day of the sale."),
        money("amount", "Price.", required=True),
        text("channel", "shop or web."),
    ),
    checks=(at_least("amount", 0), allowed("channel", CHANNELS, Effect.FLAG)),
    references=(Reference(column="maker_id", table="makers"),),
)

PARTS = Table(
    name="parts",
    description="What a sale consists of; a file that holds a part of a sale holds all of its parts.",
    key=("sale_id",),
    versions=Versions.GROUP,
    columns=(
        bigint("sale_id", "Sale that the part belongs to."),
        text("label", "What it is.", required=True),
        integer("units", "How many.", required=True),
    ),
    checks=(at_least("units", 1),),
    references=(Reference(column="sale_id", table="sales", gives_month=True),),
)

RETURNS = Table(
    name="returns",
    description="What came back.",
    key=("return_id",),
    dated_by="returned_on",
    columns=(
        bigint("return_id", "Identifies the return."),
        bigint("sale_id", "What came back."),
        date("returned_on", "Day of the return."),
    ),
    references=(Reference(column="sale_id", table="sales"),),
)

SALES_ENRICHED = Mart(
    name="sales_enriched",
    description="Sales with their maker and their parts.",
    grain=("sale_id",),
    inputs=("sales", "makers", "parts"),
    every=Every.MONTH,
    dated_by="sold_on",
    columns=(
        bigint("sale_id", "Identifies the sale."),
        bigint("maker_id", "Who made it."),
        date("sold_on", "Day of the sale."),
        money("amount", "Price."),
        text("maker_name", "Name of the maker; null until it is known."),
        text("country", "Country of the maker."),
        bigint("units", "Units of all parts; null without parts."),
    ),
)

RETURNS_ENRICHED = Mart(
    name="returns_enriched",
    description="Returns with the amount of their sale.",
    grain=("return_id",),
    inputs=("returns", "sales"),
    looked_up=("sales",),
    every=Every.MONTH,
    dated_by="returned_on",
    columns=(
        bigint("return_id", "Identifies the return."),
        date("returned_on", "Day of the return."),
        money("amount", "Price of the sale; null until it is known."),
    ),
)

REVENUE_BY_MONTH = Mart(
    name="revenue_by_month",
    description="Revenue of each month and country.",
    grain=("sold_month", "country"),
    inputs=("sales_enriched",),
    every=Every.YEAR,
    dated_by="sold_month",
    columns=(
        date("sold_month", "First day of the month."),
        text("country", "Country of the maker."),
        total("revenue", "Sum of the amounts."),
        bigint("units", "Sum of the units."),
    ),
)

MAKER_TOTALS = Mart(
    name="maker_totals",
    description="Every maker of a sale.",
    grain=("maker_id",),
    inputs=("sales_enriched",),
    columns=(
        bigint("maker_id", "Identifies the maker."),
        bigint("sales", "Number of sales."),
        date("last_sold_on", "Day of the newest sale."),
    ),
)

REVENUE_SERVED = Collection(
    mart="revenue_by_month",
    description="Years of revenue by month and country.",
    cardinality={"sold_month": 12, "country": 50},
    shapes=(
        Shape(
            name="overall",
            embeds=(Embedded(name="months", rows=("sold_month", "country"), values=("revenue", "units")),),
        ),
    ),
    serves=(Served(question=1, title="Revenue by month", shapes=("overall",), days=366),),
)

DOMAIN = Domain(
    name="toy",
    description="A workshop.",
    tables=(MAKERS, SALES, PARTS, RETURNS),
    marts=(SALES_ENRICHED, RETURNS_ENRICHED, REVENUE_BY_MONTH, MAKER_TOTALS),
    serving=(REVENUE_SERVED,),
)
