"""A small mart of daily costs, a running Data API, and the documents expected in it."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from lake.model.columns import bigint, boolean, date, decimal, text
from lake.model.serving import Collection, Embedded, ServedQuestion, Shape
from lake.model.spec import Domain, Mart, PartitionUnit, Table
from lake.naming import collection_name
from localcloud.dataapi import DataApiServer
from serving.client.connection import Connection
from serving.client.requests import Retry
from serving.publish.publication import Publisher, Source
from serving.publish.report import Report
from tests.serving.conftest import TOKEN

KEYSPACE = "tests"
PERIOD = 202508
Row = dict[str, Any]

DAYS = Embedded(name="days", rows=("day", "service"), values=("cost", "events"))
MART = Mart(
    name="daily",
    description="Daily cost.",
    grain=("org", "day", "service"),
    inputs=("events",),
    partition_by=PartitionUnit.MONTH,
    dated_by="day",
    columns=(
        text("org", "Organisation."),
        date("day", "Day."),
        text("service", "Service."),
        decimal(18, 6)("cost", "Cost."),
        bigint("events", "Events."),
        boolean("odd", "Whether it is odd."),
        text("note", "Note."),
    ),
)
EMBEDDED = Collection(
    mart="daily",
    description="Months of daily costs, of each organisation and overall.",
    shapes=(Shape(name="org", by=("org",), embeds=(DAYS,)), Shape(name="overall", embeds=(DAYS,))),
    serves=(ServedQuestion(question=1, title="Cost", shapes=("org",), days=366),),
    cardinality={"service": 6},
    speed=True,
)
ROWS = Collection(
    mart="daily",
    description="Daily costs, a document each.",
    shapes=(Shape(name="row", by=("org", "day", "service"), fields=("cost", "note")),),
    serves=(ServedQuestion(question=1, title="Cost", shapes=("row",), days=1),),
)
NAME = collection_name("shop", "daily")

DOMAIN = Domain(
    name="shop",
    description="A shop.",
    tables=(Table(name="events", description="Events.", columns=(text("id", "Key."),), key=("id",)),),
    marts=(MART,),
    serving=(EMBEDDED,),
)

SCHEMA = pa.schema(
    [
        ("org", pa.string()),
        ("day", pa.date32()),
        ("service", pa.string()),
        ("cost", pa.decimal128(18, 6)),
        ("events", pa.int64()),
        ("odd", pa.bool_()),
        ("note", pa.string()),
    ]
)


def row(org: str, day: int, service: str = "compute", cost: str | None = "1.5", **values: Any) -> Row:
    """One row of August 2025."""
    number = None if cost is None else Decimal(cost).quantize(Decimal("0.000001"))
    defaults: Row = {"events": 1, "odd": False, "note": "n"}
    return {
        "org": org,
        "day": dt.date(2025, 8, day),
        "service": service,
        "cost": number,
        **defaults,
        **values,
    }


def month(orgs: int, days: int = 31, services: int = 6, seed: int = 1) -> list[Row]:
    """Rows of many organisations in August 2025, shuffled."""
    draw = random.Random(seed)
    rows = [
        row(f"org_{org}", day, f"service_{service}", str(draw.randrange(10**8) / 10**6))
        for org in range(orgs)
        for day in range(1, days + 1)
        for service in range(services)
    ]
    draw.shuffle(rows)
    return rows


def source(rows: Sequence[Row], batch: int = 500, fingerprint: str = "v1") -> Source:
    table = pa.Table.from_pylist(list(rows), schema=SCHEMA)
    return Source(batches=table.to_batches(max_chunksize=batch), rows=len(rows), fingerprint=fingerprint)


def expected(rows: Sequence[Row], collection: Collection = EMBEDDED) -> dict[str, Row]:
    """Return the expected content of August's documents by `_id`, computed without the publisher."""
    if collection is ROWS:
        return {
            f"row|{r['org']}|{r['day']}|{r['service']}|{PERIOD}": {"cost": str(r["cost"]), "note": r["note"]}
            for r in rows
        }
    sums: dict[str, dict[tuple[str, str], list[Row]]] = defaultdict(lambda: defaultdict(list))
    for r in rows:
        for key in (f"org|{r['org']}|{PERIOD}", f"overall|{PERIOD}"):
            sums[key][(str(r["day"]), r["service"])].append(r)
    return {key: {"days": _table(cells)} for key, cells in sums.items()}


def _table(cells: dict[tuple[str, str], list[Row]]) -> Row:
    rows = []
    for (day, service), group in sorted(cells.items()):
        costs = [r["cost"] for r in group if r["cost"] is not None]
        rows.append([day, service, str(sum(costs)) if costs else None, sum(r["events"] for r in group)])
    return {"columns": ["day", "service", "cost", "events"], "rows": rows}


class Shop:
    """Publishes to a running server and reads the stored documents."""

    def __init__(self, server: DataApiServer, scratch: Path) -> None:
        self.server = server
        self.scratch = scratch
        self.runs = 0

    def publisher(self, token: str = TOKEN, **options: Any) -> Publisher:
        secret = {"endpoint": self.server.endpoint, "token": token, "environment": "hcd"}
        connection = Connection.from_secret(json.dumps(secret), keyspace=KEYSPACE)
        options.setdefault("retry", Retry(sleep=lambda _: None, timeout_seconds=5))
        return Publisher(database=connection.database(), self_hosted=True, **options)

    def publish(
        self,
        rows: Sequence[Row] | Source,
        collection: Collection = EMBEDDED,
        continuation: Row | None = None,
        **options: Any,
    ) -> Report:
        self.runs += 1
        scratch = self.scratch / str(self.runs)
        scratch.mkdir(parents=True)
        return self.publisher(**options).publish(
            domain="shop",
            mart=MART,
            collection=collection,
            period=PERIOD,
            source=rows if isinstance(rows, Source) else source(rows),
            scratch=scratch,
            continuation=continuation,
        )

    def stored(self) -> dict[str, Row]:
        return self.server.documents(KEYSPACE, NAME)

    def content(self) -> dict[str, Row]:
        """Return the documents' values by `_id`, without ids, hashes and other bookkeeping."""
        inner = ("days", "cost", "note")
        return {
            key: {name: value for name, value in document.items() if name in inner}
            for key, document in self.stored().items()
        }


class Countdown:
    """A Lambda's remaining time, enough for so many checks of the deadline."""

    def __init__(self, checks: int) -> None:
        self.left = checks

    def __call__(self) -> float:
        self.left -= 1
        return 100.0 if self.left >= 0 else 1.0


@pytest.fixture
def shop(server: DataApiServer, tmp_path: Path) -> Shop:
    return Shop(server, tmp_path / "scratch")
