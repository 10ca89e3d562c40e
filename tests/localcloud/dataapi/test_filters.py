"""Filters select documents through `astrapy`, within the limits and the index of a collection."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy.exceptions import DataAPIResponseException

from localcloud.dataapi.filters import ids_in
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
def test_filters_select_documents(people: Documents, clause: dict[str, Any], found: list[str]) -> None:
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
def test_invalid_filters_are_refused(people: Documents, clause: dict[str, Any], code: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        people.find_one(clause)
    assert error.value.error_descriptors[0].error_code == code
    assert error.value.error_descriptors[0].family == "REQUEST"


def test_unindexed_paths_are_neither_filtered_nor_sorted(notes: Documents) -> None:
    notes.insert_one({"_id": "1", "topic": "a", "text": "b"})
    assert notes.find_one({"topic": "a", "_id": "1"}) is not None
    with pytest.raises(DataAPIResponseException) as error:
        notes.find_one({"text": "b"})
    assert error.value.error_descriptors[0].error_code == "FILTER_PATH_UNINDEXED"
    with pytest.raises(DataAPIResponseException) as error:
        notes.find_one({}, sort={"text": 1})
    assert error.value.error_descriptors[0].error_code == "SORT_PATH_UNINDEXED"


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        ({"_id": "a"}, ["a"]),
        ({"_id": {"$eq": "a"}, "age": 1}, ["a"]),
        ({"_id": {"$in": ["b", "a", "b"]}}, ["b", "a"]),
        ({"_id": {"$ne": "a"}}, None),
        ({"age": 1}, None),
    ],
)
def test_ids_at_the_top_level_are_found(clause: dict[str, Any], expected: list[str] | None) -> None:
    assert ids_in(clause) == expected
