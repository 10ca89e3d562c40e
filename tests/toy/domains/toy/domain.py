"""A small test domain about a furniture workshop: makers, sales with their parts, and returns.

It has every kind of table and mart: a master, a dated table that refers to the master, groups of lines that
take their month from the dated table, and a dated table whose rows look up rows of other months; a mart by
month, a mart by year and a mart that is rewritten whole.
"""

from __future__ import annotations

from lake.model.checks import Effect, allowed, at_least
from lake.model.columns import bigint, date, integer, money, text, total
from lake.model.serving import Collection, Embedded, ServedQuestion, Shape
from lake.model.spec import Domain, Mart, PartitionUnit, Reference, Table, Versions

CHANNELS = ("shop", "web")

MAKERS = Table(
    name="makers",
    description="Makers of furniture.",
    key=("maker_id",),
    columns=(bigint("maker_id", "Identifies the maker."), text("name", "Name."), text("country", "Country.")),
)

SALES = Table(
    name="sales",
    description="Sales.",
    key=("sale_id",),
    dated_by="sold_on",
    columns=(
        bigint("sale_id", "Identifies the sale."),
        bigint("maker_id", "Maker of the sold piece."),
        date("sold_on", "Day of the sale."),
        money("amount", "Price.", required=True),
        text("channel", "shop or web."),
    ),
    checks=(at_least("amount", 0), allowed("channel", CHANNELS, Effect.FLAG)),
    references=(Reference(column="maker_id", table="makers"),),
)

PARTS = Table(
    name="parts",
    description="Parts of a sale; a file with a part of a sale contains all parts of that sale.",
    key=("sale_id",),
    versions=Versions.GROUP,
    columns=(
        bigint("sale_id", "Sale that the part belongs to."),
        text("label", "Name of the part.", required=True),
        integer("units", "Number of units.", required=True),
    ),
    checks=(at_least("units", 1),),
    references=(Reference(column="sale_id", table="sales", gives_month=True),),
)

RETURNS = Table(
    name="returns",
    description="Returned sales.",
    key=("return_id",),
    dated_by="returned_on",
    columns=(
        bigint("return_id", "Identifies the return."),
        bigint("sale_id", "Returned sale."),
        date("returned_on", "Day of the return."),
    ),
    references=(Reference(column="sale_id", table="sales"),),
)

SALES_ENRICHED = Mart(
    name="sales_enriched",
    description="Sales with their maker and their parts.",
    grain=("sale_id",),
    inputs=("sales", "makers", "parts"),
    partition_by=PartitionUnit.MONTH,
    dated_by="sold_on",
    columns=(
        bigint("sale_id", "Identifies the sale."),
        bigint("maker_id", "Maker of the sold piece."),
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
    partition_by=PartitionUnit.MONTH,
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
    partition_by=PartitionUnit.YEAR,
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
    description="Sales of every maker.",
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
    description="Revenue by month and country, one document per year.",
    cardinality={"sold_month": 12, "country": 50},
    shapes=(
        Shape(
            name="overall",
            embeds=(Embedded(name="months", rows=("sold_month", "country"), values=("revenue", "units")),),
        ),
    ),
    serves=(ServedQuestion(question=1, title="Revenue by month", shapes=("overall",), days=366),),
)

DOMAIN = Domain(
    name="toy",
    description="A workshop.",
    tables=(MAKERS, SALES, PARTS, RETURNS),
    marts=(SALES_ENRICHED, RETURNS_ENRICHED, REVENUE_BY_MONTH, MAKER_TOTALS),
    serving=(REVENUE_SERVED,),
)
