"""A damaged object of the ledger is named, with the commands that restore its earlier version."""

from __future__ import annotations

import json
from typing import Any

import pytest

from glue_jobs.ledger.damage import DamagedEntryError, parsing, texts


def test_error_names_the_object_and_the_commands_that_restore_it() -> None:
    with pytest.raises(DamagedEntryError) as raised, parsing("a hold", "ledger", "shop/held/h-1.json"):
        json.loads("{")
    error = raised.value
    assert error.where == "s3://ledger/shop/held/h-1.json"
    assert error.what.startswith("the object is not a hold (Expecting property name")
    assert "`aws s3api list-object-versions --bucket ledger --prefix shop/held/h-1.json`" in str(error)
    assert (
        "`aws s3api copy-object --bucket ledger --key shop/held/h-1.json "
        "--copy-source 'ledger/shop/held/h-1.json?versionId=VERSION_ID'`"
    ) in str(error)


def test_key_is_quoted_for_the_shell_and_encoded_in_the_source() -> None:
    with pytest.raises(DamagedEntryError) as raised, parsing("a hold", "ledger", "shop/passed/a b+é.json"):
        json.loads("{")
    assert "--key 'shop/passed/a b+é.json'" in str(raised.value)
    assert "'ledger/shop/passed/a%20b%2B%C3%A9.json?versionId=VERSION_ID'" in str(raised.value)


def test_content_that_can_be_parsed_is_no_error() -> None:
    with parsing("a list of batches", "ledger", "key"):
        assert texts(json.loads('["b-1", "b-2"]')) == ["b-1", "b-2"]


@pytest.mark.parametrize("value", ["b-1", {"b-1": 1}, ["b-1", 2], None])
def test_anything_but_a_list_of_texts_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="not a list of texts"):
        texts(value)
