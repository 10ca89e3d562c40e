"""Documents are inserted, replaced, updated and deleted within their limits through `astrapy`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from astrapy.constants import ReturnDocument
from astrapy.exceptions import CollectionInsertManyException, DataAPIResponseException

from localcloud.dataapi import DataApiServer
from tests.localcloud.dataapi.conftest import Documents


def nested(levels: int) -> dict[str, Any]:
    return {"a": nested(levels - 1)} if levels > 1 else {"a": 1}


def test_document_with_an_existing_id_is_refused(people: Documents) -> None:
    assert people.insert_one({"_id": "zoe"}).inserted_id == "zoe"
    assert isinstance(people.insert_one({"age": 1}).inserted_id, str)
    with pytest.raises(DataAPIResponseException) as error:
        people.insert_one({"_id": "zoe"})
    (descriptor,) = error.value.error_descriptors
    assert descriptor.error_code == "DOCUMENT_ALREADY_EXISTS"
    assert (descriptor.family, descriptor.scope) == ("REQUEST", "DOCUMENT")
    assert descriptor.id
    assert descriptor.title


def test_unordered_insert_continues_after_an_error(people: Documents) -> None:
    with pytest.raises(CollectionInsertManyException) as error:
        people.insert_many([{"_id": "x"}, {"_id": "ann"}, {"_id": "y"}])
    assert error.value.inserted_ids == ["x", "y"]


def test_ordered_insert_stops_at_an_error(people: Documents) -> None:
    with pytest.raises(CollectionInsertManyException) as error:
        people.insert_many([{"_id": "x"}, {"_id": "ann"}, {"_id": "y"}], ordered=True)
    assert error.value.inserted_ids == ["x"]
    answer = people.command(
        {
            "insertMany": {
                "documents": [{"_id": "ann"}, {"_id": "y"}],
                "options": {"ordered": True, "returnDocumentResponses": True},
            }
        },
        raise_api_errors=False,
    )
    assert answer["status"]["documentResponses"] == [
        {"_id": "ann", "status": "ERROR", "errorsIdx": 0},
        {"_id": "y", "status": "SKIPPED"},
    ]


def test_insert_takes_at_most_a_hundred_documents(notes: Documents) -> None:
    notes.insert_many([{"_id": number} for number in range(100)], chunk_size=100)
    with pytest.raises(CollectionInsertManyException) as error:
        notes.insert_many([{"_id": number} for number in range(200, 301)], chunk_size=101)
    assert "101 vs 100" in str(error.value)
    assert notes.estimated_document_count() == 100


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ({"topic": "x" * 8_001}, "8001 bytes"),
        ({"text": list(range(1_001))}, "1001"),
        ({"text": {f"p{number}": 0 for number in range(1_001)}}, "1001"),
        ({f"o{half}": {f"p{n}": 0 for n in range(999)} for half in range(3)}, "total number of properties"),
        (nested(17), "depth"),
        ({"text": "x" * 4_000_000}, "4000000"),
    ],
)
def test_document_over_a_limit_is_refused(notes: Documents, document: dict[str, Any], part: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        notes.insert_one({"_id": 1, **document})
    (descriptor,) = error.value.error_descriptors
    assert descriptor.error_code == "SHRED_DOC_LIMIT_VIOLATION"
    assert part in str(descriptor.message)


@pytest.mark.parametrize("document", [{"text": "x" * 100_000}, {"text": [[0] * 1_000] * 2}, nested(16)])
def test_document_within_the_limits_is_inserted(notes: Documents, document: dict[str, Any]) -> None:
    assert notes.insert_one({"_id": 1, **document}).inserted_id == 1


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"_id": ""}, "SHRED_BAD_DOCID_VALUE"),
        ({"_id": {"a": 1}}, "SHRED_BAD_DOCID_TYPE"),
        ({"_id": 1, "$price": 1}, "SHRED_BAD_FIELD_NAME"),
    ],
)
def test_malformed_document_is_refused(notes: Documents, document: dict[str, Any], code: str) -> None:
    with pytest.raises(DataAPIResponseException) as error:
        notes.insert_one(document)
    assert error.value.error_descriptors[0].error_code == code


def test_document_is_replaced(people: Documents) -> None:
    before = people.find_one_and_replace({"_id": "ann"}, {"_id": "ann", "age": 32})
    assert before is not None
    assert before["age"] == 31
    after = people.find_one_and_replace(
        {"_id": "ann"}, {"age": 33}, return_document=ReturnDocument.AFTER, projection={"age": True}
    )
    assert after == {"_id": "ann", "age": 33}
    assert people.find_one_and_replace({"_id": "new"}, {"age": 1}) is None
    result = people.replace_one({"_id": "new"}, {"_id": "new", "age": 1}, upsert=True)
    assert result.update_info["upserted"] == "new"
    with pytest.raises(DataAPIResponseException) as error:
        people.replace_one({"_id": "new"}, {"_id": "other"})
    assert error.value.error_descriptors[0].error_code == "DOCUMENT_REPLACE_DIFFERENT_DOCID"


def test_equal_replacement_modifies_nothing(people: Documents) -> None:
    held = people.find_one({"_id": "bob"})
    assert held is not None
    assert people.replace_one({"_id": "bob"}, held).update_info["nModified"] == 0


def test_many_documents_are_updated_twenty_per_request(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "topic": "a"} for number in range(45)])
    result = notes.update_many({"topic": "a"}, {"$set": {"done": True}})
    assert result.update_info["nModified"] == 45
    assert server.count("updateMany") == 3
    assert all(document["done"] for document in notes.find({}))


def test_many_documents_are_deleted_twenty_per_request(server: DataApiServer, notes: Documents) -> None:
    notes.insert_many([{"_id": number, "topic": "a" if number % 2 else "b"} for number in range(90)])
    assert notes.delete_many({"topic": "a"}).deleted_count == 45
    assert server.count("deleteMany") == 3
    assert notes.delete_many({}).deleted_count == -1
    assert notes.estimated_document_count() == 0


def test_one_document_is_deleted(people: Documents) -> None:
    assert people.delete_one({"_id": "ann"}).deleted_count == 1
    assert people.delete_one({"_id": "ann"}).deleted_count == 0
    assert people.find_one_and_delete({}, sort={"home.city": -1}, projection={"_id": True}) == {"_id": "bob"}


def test_dates_are_stored_as_milliseconds(people: Documents) -> None:
    moment = dt.datetime(2025, 8, 1, 12, tzinfo=dt.UTC)
    people.insert_one({"_id": "d", "at": moment})
    raw = people.command({"findOne": {"filter": {"_id": "d"}}})
    assert raw["data"]["document"]["at"] == {"$date": int(moment.timestamp() * 1000)}
    assert people.find_one({"at": {"$gte": moment}}, projection={"_id": True}) == {"_id": "d"}
