"""find, findOne and the counts, through `astrapy`."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy.exceptions import DataAPIResponseException, TooManyDocumentsToCountException

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import Documents


def ids(collection: Documents, clause: dict[str, Any]) -> list[str]:
    return [document["_id"] for document in collection.find(clause)]


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ({"age": 31}, ["ann"]),
        ({"age": {"$eq": 25}}, ["bob"]),
        ({"age": {"$ne": 31}}, ["bob", "eve"]),
        ({"age": {"$in": [25, 31]}}, ["ann", "bob"]),
        ({"age": {"$nin": [25, 31]}}, ["eve"]),
        ({"age": {"$gt": 25}}, ["ann"]),
        ({"age": {"$gte": 25, "$lt": 31}}, ["bob"]),
        ({"age": {"$lte": 25}}, ["bob"]),
        ({"tags": {"$exists": True}}, ["ann", "bob"]),
        ({"tags": {"$exists": False}}, ["eve"]),
        ({"tags": {"$all": ["y", "x"]}}, ["ann"]),
        ({"tags": {"$size": 0}}, ["bob"]),
        ({"tags": "x"}, ["ann"]),
        ({"home.city": "Lima"}, ["ann", "eve"]),
        ({"home.city": {"$gt": "M"}}, ["bob"]),
        ({"$or": [{"_id": "bob"}, {"age": 31}]}, ["ann", "bob"]),
        ({"$and": [{"home.city": "Lima"}, {"age": 31}]}, ["ann"]),
        ({"$not": {"home.city": "Lima"}}, ["bob"]),
        ({"_id": {"$in": ["eve", "nobody", "ann"]}}, ["ann", "eve"]),
        ({}, ["ann", "bob", "eve"]),
    ],
)
def test_filters_select(people: Documents, clause: dict[str, Any], found: list[str]) -> None:
    assert ids(people, clause) == found


@pytest.mark.parametrize(
    ("clause", "code"),
    [
        ({"age": {"$near": 1}}, "FILTER_UNSUPPORTED_OPERATOR"),
        ({"age": {"$in": list(range(101))}}, "FILTER_INVALID_EXPRESSION"),
        ({"age": {"$gt": None}}, "FILTER_INVALID_EXPRESSION"),
        ({"_id": {"$gt": "a"}}, "FILTER_ID_NOT_INDEXED"),
        ({f"f{number}": 1 for number in range(65)}, "FILTER_FIELDS_LIMIT_VIOLATION"),
    ],
)
def test_filters_are_refused(people: Documents, clause: dict[str, Any], code: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        people.find_one(clause)
    assert error.value.error_descriptors[0].error_code == code
    assert error.value.error_descriptors[0].family == "REQUEST"


def test_what_is_not_indexed_is_neither_filtered_nor_sorted_on(notes: Documents) -> None:
    notes.insert_one({"_id": "1", "topic": "a", "text": "b"})
    assert notes.find_one({"topic": "a", "_id": "1"}) is not None
    with pytest.raises(DataAPIResponseException) as error:
        notes.find_one({"text": "b"})
    assert error.value.error_descriptors[0].error_code == "FILTER_PATH_UNINDEXED"
    with pytest.raises(DataAPIResponseException) as error:
        notes.find_one({}, sort={"text": 1})
    assert error.value.error_descriptors[0].error_code == "SORT_PATH_UNINDEXED"


@pytest.mark.parametrize(
    ("projection", "found"),
    [
        ({"age": True}, {"_id": "ann", "age": 31}),
        ({"home.city": True, "_id": False}, {"home": {"city": "Lima"}}),
        ({"_id": True}, {"_id": "ann"}),
        ({"tags": False, "home": False}, {"_id": "ann", "age": 31}),
    ],
)
def test_projections_cut(people: Documents, projection: dict[str, bool], found: dict[str, Any]) -> None:
    assert people.find_one({"_id": "ann"}, projection=projection) == found


def test_inclusions_and_exclusions_do_not_mix(people: Documents) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        people.find_one({}, projection={"age": True, "tags": False})
    assert error.value.error_descriptors[0].error_code == "UNSUPPORTED_PROJECTION_PARAM"


def test_a_find_goes_on_page_by_page(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": number} for number in range(45)])
    found = [document["_id"] for document in notes.find({"number": {"$gte": 0}})]
    assert sorted(found) == list(range(45))
    assert server.count("find") == 3
    assert len(list(notes.find({}, limit=25))) == 25


def test_a_sorted_find_has_one_page(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "number": -number} for number in range(45)])
    answer = notes.command({"find": {"sort": {"number": 1}, "options": {"limit": 30}}})
    assert [document["_id"] for document in answer["data"]["documents"]] == list(range(44, 24, -1))
    assert answer["data"]["nextPageState"] is None
    skipping = notes.find({}, sort={"number": 1}, skip=2, limit=1)
    assert [document["_id"] for document in skipping] == [42]


def test_skip_needs_a_sort(people: Documents) -> None:
    with pytest.raises(DataAPIResponseException):
        list(people.find({}, skip=1))


def test_a_sort_reads_only_so_many_documents(server: DataApiServer, notes: Documents) -> None:
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
