"""Documents are found page by page, sorted and counted through `astrapy`."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy.exceptions import DataAPIResponseException, TooManyDocumentsToCountException

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import Documents


def ids(collection: Documents, clause: dict[str, Any]) -> list[str]:
    return [document["_id"] for document in collection.find(clause)]


def test_find_reads_page_by_page(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": number} for number in range(45)])
    found = [document["_id"] for document in notes.find({"number": {"$gte": 0}})]
    assert sorted(found) == list(range(45))
    assert server.count("find") == 3
    assert len(list(notes.find({}, limit=25))) == 25


def test_sorted_find_has_one_page(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": -number} for number in range(45)])
    answer = notes.command({"find": {"sort": {"number": 1}, "options": {"limit": 30}}})
    assert [document["_id"] for document in answer["data"]["documents"]] == list(range(44, 24, -1))
    assert answer["data"]["nextPageState"] is None
    skipping = notes.find({}, sort={"number": 1}, skip=2, limit=1)
    assert [document["_id"] for document in skipping] == [42]


def test_skip_without_sort_is_refused(people: Documents) -> None:
    with pytest.raises(DataAPIResponseException):
        list(people.find({}, skip=1))


def test_sort_of_too_many_documents_is_refused(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": number} for number in range(10_001)], chunk_size=100)
    with pytest.raises(DataAPIResponseException) as error:
        notes.find_one({"number": {"$gte": 0}}, sort={"number": 1})
    assert error.value.error_descriptors[0].error_code == "DATASET_TOO_BIG"
    assert notes.find_one({"number": {"$gte": 1}}, sort={"number": -1}) == {"_id": 10_000, "number": 10_000}


def test_counts_stop_at_the_limit(notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": number} for number in range(1_001)], chunk_size=100)
    assert notes.count_documents({"number": {"$lt": 1_000}}, upper_bound=2_000) == 1_000
    with pytest.raises(TooManyDocumentsToCountException) as error:
        notes.count_documents({}, upper_bound=2_000)
    assert error.value.server_max_count_exceeded
    assert notes.estimated_document_count() == 1_001
