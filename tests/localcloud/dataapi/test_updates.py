"""Updates change copies of documents with operators on dotted paths."""

from __future__ import annotations

from typing import Any

import pytest
from astrapy.constants import ReturnDocument
from astrapy.exceptions import DataAPIResponseException

from localcloud.dataapi.errors import ApiError
from localcloud.dataapi.updates import apply
from tests.localcloud.dataapi.conftest import Documents, code_of


def test_fields_are_updated(people: Documents) -> None:
    people.update_one({"_id": "ann"}, {"$set": {"home.zip": "1"}, "$inc": {"age": 2}, "$unset": {"tags": ""}})
    assert people.find_one({"_id": "ann"}) == {"_id": "ann", "age": 33, "home": {"city": "Lima", "zip": "1"}}
    after = people.find_one_and_update(
        {"_id": "bob"}, {"$inc": {"visits": 1}}, return_document=ReturnDocument.AFTER
    )
    assert after is not None
    assert after["visits"] == 1
    result = people.update_one({"_id": "new"}, {"$set": {"a.b": 1}}, upsert=True)
    assert result.update_info["upserted"] == "new"
    assert people.find_one({"_id": "new"}) == {"_id": "new", "a": {"b": 1}}


@pytest.mark.parametrize(
    ("update", "code"),
    [
        ({"$rename": {"a": "b"}}, "UNSUPPORTED_UPDATE_OPERATION"),
        ({"$inc": {"home": 1}}, "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
        ({"$set": {"_id": 1}}, "UNSUPPORTED_UPDATE_OPERATOR_FOR_DOC_ID"),
        ({"$set": {"age.years": 1}}, "UNSUPPORTED_UPDATE_OPERATION_TARGET"),
    ],
)
def test_invalid_updates_are_refused(people: Documents, update: dict[str, Any], code: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        people.update_one({"_id": "ann"}, update)
    assert code_of(error) == code


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ({"$set": {"a.b": 2, "c": [1]}}, {"_id": 1, "a": {"b": 2}, "c": [1]}),
        ({"$inc": {"a.b": 1.5, "n": 1}}, {"_id": 1, "a": {"b": 2.5}, "n": 1}),
        ({"$unset": {"a.b": "", "x.y": ""}}, {"_id": 1, "a": {}}),
        ({"$setOnInsert": {"a": 0}}, {"_id": 1, "a": {"b": 1}}),
    ],
)
def test_operators_change_a_copy(update: dict[str, Any], expected: dict[str, Any]) -> None:
    document = {"_id": 1, "a": {"b": 1}}
    assert apply(document, update) == expected
    assert document == {"_id": 1, "a": {"b": 1}}


def test_set_on_insert_applies_to_inserted_documents() -> None:
    assert apply({}, {"$setOnInsert": {"_id": 7, "a": 0}}, inserting=True) == {"_id": 7, "a": 0}


@pytest.mark.parametrize("update", [None, {}, {"$set": 1}])
def test_malformed_updates_are_refused(update: Any) -> None:
    with pytest.raises(ApiError, match="UNSUPPORTED_UPDATE_OPERATION"):
        apply({}, update)
