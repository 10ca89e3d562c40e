"""Projections select parts of documents, and sort clauses order them."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy.exceptions import DataAPIResponseException

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.paths import Indexing
from localcloud.dataapi.projections import check_sort, ordered, project
from tests.localcloud.dataapi.conftest import Documents, code_of


@pytest.mark.parametrize(
    ("projection", "found"),
    [
        ({"age": True}, {"_id": "ann", "age": 31}),
        ({"home.city": True, "_id": False}, {"home": {"city": "Lima"}}),
        ({"_id": True}, {"_id": "ann"}),
        ({"tags": False, "home": False}, {"_id": "ann", "age": 31}),
    ],
)
def test_projections_select_fields(
    people: Documents, projection: dict[str, bool], found: dict[str, Any]
) -> None:
    assert people.find_one({"_id": "ann"}, projection=projection) == found


def test_mixed_inclusions_and_exclusions_are_refused(people: Documents) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        people.find_one({}, projection={"age": True, "tags": False})
    assert code_of(error) == "UNSUPPORTED_PROJECTION_PARAM"


def test_projected_document_is_a_copy() -> None:
    document = {"_id": 1, "list": [1]}
    project(document, {"list": True})["list"].append(2)
    assert document == {"_id": 1, "list": [1]}


def test_documents_are_ordered_by_kind_and_value() -> None:
    values = [{"$date": 1}, True, "a", 2, 1.5, None]
    documents: list[dict[str, Any]] = [{"_id": number, "v": value} for number, value in enumerate(values)]
    assert [document["v"] for document in ordered(documents, [("v", 1)])] == [*reversed(values)]
    assert [document["v"] for document in ordered(documents, [("v", -1)])] == values


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ({"age": 2}, "COMMAND_FIELD_VALUE_INVALID"),
        ({"_id": 1}, "SORT_PATH_UNINDEXED"),
        ({"text": 1}, "SORT_PATH_UNINDEXED"),
    ],
)
def test_invalid_sort_is_refused(sort: dict[str, int], code: str) -> None:
    with pytest.raises(ApiError, match=code):
        check_sort(sort, Indexing(allow=("age",)))
