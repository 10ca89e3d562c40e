"""A store that holds the cloud provider's marts, published from literal rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from domains.cloud_provider.domain import DOMAIN
from lake.model.serving import period_number
from lake.model.spec import Mart, PartitionUnit
from lake.naming import collection_name
from localcloud.dataapi import DataApiServer
from serving.client.connection import Connection
from serving.client.requests import Requests
from serving.publish.publication import Publisher, Source
from serving.publish.speed import SpeedView
from serving.read.reader import Reader

KEYSPACE = "tests"
TOKEN = "AstraCS:local"
Row = dict[str, Any]


def arrow_type(kind: str) -> pa.DataType:
    if kind.startswith("decimal"):
        precision, scale = kind[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    types = {"string": pa.string(), "date": pa.date32(), "bigint": pa.int64(), "int": pa.int32()}
    return types.get(kind, pa.bool_())


def table(mart: Mart, rows: Sequence[Row]) -> pa.Table:
    """Return rows of a mart with its types; numbers may be given as text, missing columns are null."""
    schema = pa.schema([(column.name, arrow_type(column.type)) for column in mart.columns])
    typed = []
    for row in rows:
        full: Row = dict.fromkeys(schema.names)
        for column in mart.columns:
            value = row.get(column.name)
            if column.type.startswith("decimal") and value is not None:
                value = Decimal(str(value)).quantize(Decimal("0.000001"))
            full[column.name] = value
        typed.append(full)
    return pa.Table.from_pylist(typed, schema=schema)


class Store:
    """Publishes and streams rows of the cloud provider's marts, and reads them with `reader`."""

    def __init__(self, server: DataApiServer, scratch: Path) -> None:
        self.server = server
        self.scratch = scratch
        self.connection = Connection.from_secret(server.secret, keyspace=KEYSPACE)
        self.reader = Reader(DOMAIN, self.connection.database())
        self.runs = 0

    def publish(self, name: str, rows: Sequence[Row]) -> None:
        """Publish rows of a mart, period by period."""
        mart = DOMAIN.mart(name)
        periods: dict[int, list[Row]] = {}
        for row in rows:
            day: dt.date = row[str(mart.dated_by)]
            month = day.month if mart.partition_by is PartitionUnit.MONTH else None
            periods.setdefault(period_number(day.year, month), []).append(row)
        for period, held in periods.items():
            self.runs += 1
            scratch = self.scratch / str(self.runs)
            scratch.mkdir(parents=True)
            source = Source(batches=table(mart, held).to_batches(), rows=len(held), fingerprint="f")
            publisher = Publisher(database=self.connection.database(), self_hosted=True)
            report = publisher.publish(
                domain=DOMAIN.name,
                mart=mart,
                collection=DOMAIN.collection(name),
                period=period,
                source=source,
                scratch=scratch,
            )
            assert report.status == "PUBLISHED"
        self.server.requests.clear()

    def stream(self, shape: str, rows: Sequence[Row]) -> int:
        """Write running totals of usage to the speed view and return the number of documents."""
        mart = DOMAIN.mart("org_daily_usage_by_service")
        collection = self.connection.database().get_collection(collection_name(DOMAIN.name, mart.name))
        view = SpeedView(mart=mart, collection=DOMAIN.collection(mart.name), requests=Requests(collection))
        written = view.upsert(shape, rows)
        self.server.requests.clear()
        return written

    def documents(self, mart: str) -> dict[Any, Row]:
        return self.server.documents(KEYSPACE, collection_name(DOMAIN.name, mart))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with DataApiServer(tmp_path / "dataapi", token=TOKEN) as server:
        yield Store(server, tmp_path / "scratch")
