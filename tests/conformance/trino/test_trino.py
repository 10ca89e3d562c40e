"""The real Trino gives the stored answers, and the named queries' rows that the local Athena gives."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from conformance.trino.answers import CORPUS, read
from conformance.trino.batches import batches_of, differences
from conformance.trino.client import Trino
from conformance.trino.texts import parse_type, render
from lake.model.discovery import load_domain
from lake.naming import Names
from localcloud.client import named_queries, run_query
from localcloud.context import ACCOUNT, REGION
from localcloud.execution.assets import split_location
from localcloud.server import LocalCloud
from tests.conformance.history import DOMAINS
from tests.domains.test_queries import WHOLE

pytestmark = pytest.mark.conformance

CLIENTS = 4
NAMES = Names(env="dev", account=ACCOUNT, region=REGION)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.jsonl")), ids=lambda file: file.stem)
def test_stored_answers_are_those_of_trino(trino: Trino, file: Path) -> None:
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = pool.map(lambda batch: differences(trino, batch), batches_of(read(file)))
        differ = [(entry.text, entry.answer, answer) for batch in found for entry, answer in batch]
    assert differ == []


def queries_of(cloud: LocalCloud, domain: str) -> dict[str, str]:
    """Return the domain's deployed named queries: SQL by name."""
    found = named_queries(cloud.client("athena"), NAMES.workgroup)
    return {name: sql for (owner, name), sql in found.items() if owner == NAMES.database(domain, "gold")}


@pytest.mark.parametrize("domain", DOMAINS)
def test_named_queries_have_the_same_rows_and_types(cloud: LocalCloud, trino: Trino, domain: str) -> None:
    athena, database = cloud.client("athena"), NAMES.database(domain, "gold")
    queries = queries_of(cloud, domain)
    assert len(queries) == sum(len(question.queries) for question in load_domain(domain).questions)
    for name, sql in queries.items():
        local = run_query(athena, sql, database=database, workgroup=NAMES.workgroup)
        answer = trino.run(sql, "hive", database)
        assert not answer.error, f"{name}: {answer.message}"
        kinds = [parse_type(kind) for _, kind in answer.columns]
        rows = tuple(tuple(render(v, k) for v, k in zip(row, kinds, strict=True)) for row in answer.rows)
        assert [column for column, _ in answer.columns] == list(local.columns), name
        assert rows == local.rows, name
        assert rows, f"{name} has no rows: it compares nothing"


@pytest.mark.parametrize("domain", DOMAINS)
def test_datasets_of_quicksight_have_the_same_rows_and_types(
    cloud: LocalCloud, trino: Trino, domain: str
) -> None:
    athena, quicksight = cloud.client("athena"), cloud.client("quicksight")
    database, account = NAMES.database(domain, "gold"), {"AwsAccountId": ACCOUNT}
    prefix = NAMES.quicksight(domain, "")
    listed = quicksight.list_data_sets(**account)["DataSetSummaries"]
    ids = [each["DataSetId"] for each in listed if each["DataSetId"].startswith(prefix)]
    assert ids
    for id in ids:
        dataset = quicksight.describe_data_set(**account, DataSetId=id)["DataSet"]
        [table] = dataset["PhysicalTableMap"].values()
        sql = table["CustomSql"]["SqlQuery"]
        local = run_query(athena, sql, database=database, workgroup=NAMES.workgroup)
        answer = trino.run(sql, "hive", database)
        assert not answer.error, f"{id}: {answer.message}"
        kinds = [parse_type(kind) for _, kind in answer.columns]
        rows = [tuple(render(v, k) for v, k in zip(row, kinds, strict=True)) for row in answer.rows]
        assert [column for column, _ in answer.columns] == list(local.columns), id
        assert sorted(map(repr, rows)) == sorted(map(repr, local.rows)), id


@contextmanager
def unreadable_older_partitions(cloud: LocalCloud, domain: str) -> Iterator[None]:
    """Give each partitioned mart a partition of 1999 whose file is not Parquet: reading it fails."""
    glue, s3, database = cloud.client("glue"), cloud.client("s3"), NAMES.database(domain, "gold")
    added = []
    for mart in load_domain(domain).published_marts:
        values = ["1999", "1"][: len(mart.partition_keys)]
        if not values:
            continue
        storage = glue.get_table(DatabaseName=database, Name=mart.name)["Table"]["StorageDescriptor"]
        folder = "/".join(f"{key}={value}" for key, value in zip(mart.partition_keys, values, strict=True))
        location = f"{storage['Location'].rstrip('/')}/{folder}/"
        bucket, prefix = split_location(location)
        s3.put_object(Bucket=bucket, Key=f"{prefix}part.parquet", Body=b"not Parquet " * 50)
        described = {"Values": values, "StorageDescriptor": {**storage, "Location": location}}
        glue.create_partition(DatabaseName=database, TableName=mart.name, PartitionInput=described)
        added.append((mart.name, values, bucket, f"{prefix}part.parquet"))
    try:
        yield
    finally:
        for name, values, bucket, key in added:
            glue.delete_partition(DatabaseName=database, TableName=name, PartitionValues=values)
            s3.delete_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize("domain", DOMAINS)
def test_named_queries_open_no_file_of_older_partitions(cloud: LocalCloud, trino: Trino, domain: str) -> None:
    database, queries = NAMES.database(domain, "gold"), queries_of(cloud, domain)
    before = {name: trino.run(sql, "hive", database) for name, sql in queries.items()}
    with unreadable_older_partitions(cloud, domain):
        after = {name: trino.run(sql, "hive", database) for name, sql in queries.items()}

    read_whole = {name for name in queries if name in WHOLE}
    assert {name for name, answer in after.items() if answer.error == "HIVE_BAD_DATA"} == read_whole
    assert {n: a for n, a in after.items() if n not in read_whole} == {
        n: a for n, a in before.items() if n not in read_whole
    }
