"""The real Trino gives the stored answers, and the named queries' rows that the local Athena gives."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conformance.trino.answers import CORPUS, ask_trino, read
from conformance.trino.client import Trino
from conformance.trino.texts import parse_type, render
from lake.model.discovery import load_domain
from lake.naming import Names
from localcloud.client import named_queries, run_query
from localcloud.context import ACCOUNT, REGION
from localcloud.server import LocalCloud
from tests.conformance.trino.conftest import DOMAINS

pytestmark = pytest.mark.conformance

CLIENTS = 4
NAMES = Names(env="dev", account=ACCOUNT, region=REGION)


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*.jsonl")), ids=lambda file: file.stem)
def test_stored_answers_are_those_of_trino(trino: Trino, file: Path) -> None:
    entries = read(file)
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda entry: ask_trino(trino, entry.text), entries))

    pairs = zip(entries, answers, strict=True)
    differ = [
        (entry.text, entry.answer, answer) for entry, answer in pairs if not entry.is_answered_by(answer)
    ]
    assert differ == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_named_queries_have_the_same_rows_and_types(cloud: LocalCloud, trino: Trino, domain: str) -> None:
    athena, database = cloud.client("athena"), NAMES.database(domain, "gold")
    queries = {
        name: sql
        for (owner, name), sql in named_queries(athena, NAMES.workgroup).items()
        if owner == database
    }
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
