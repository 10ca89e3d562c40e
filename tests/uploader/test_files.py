"""Files found under given paths, their hashes, tables and keys."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lake.model.spec import Domain
from lake.naming import UNRECOGNISED
from tests.uploader.conftest import HEADERS, sha12
from uploader import Status, UploadError, UploadReport
from uploader.files import examine, find

Landing = Callable[..., Path]
Send = Callable[..., UploadReport]
Keys = Callable[[], list[str]]

ORDERS = HEADERS["orders"]


def test_files_are_found_sorted_by_relative_path(landing: Landing) -> None:
    folder = landing({"b.csv": "12345", "a/z.csv": "", "a/b.csv": ""})
    assert [(file.path, file.size) for file in find([folder])] == [
        ("a/b.csv", 0),
        ("a/z.csv", 0),
        ("b.csv", 5),
    ]


def test_hint_holds_the_name_of_the_given_folder(landing: Landing) -> None:
    folder = landing({"part-0.jsonl": "{}"}, "events")
    assert [file.hint for file in find([folder])] == ["events/part-0.jsonl"]
    assert [file.hint for file in find([folder / "part-0.jsonl"])] == ["events/part-0.jsonl"]


def test_candidate_has_hash_table_and_key(landing: Landing, shop: Domain) -> None:
    (found,) = find([landing({"deep/orders.csv": ORDERS})])
    candidate = examine(shop, found)
    assert candidate.sha256 == hashlib.sha256(ORDERS.encode()).hexdigest()
    assert (candidate.table, candidate.is_stream, candidate.order) == (
        "orders",
        False,
        (1, "deep/orders.csv"),
    )
    assert candidate.key == f"ecommerce/orders/{candidate.sha256[:12]}/deep/orders.csv"


def test_file_without_a_table_gets_the_unrecognised_key(landing: Landing, shop: Domain) -> None:
    (found,) = find([landing({"invoices.csv": "a,b\n"})])
    assert examine(shop, found).table == UNRECOGNISED


def test_name_that_is_not_utf_8_raises(tmp_path: Path, shop: Domain) -> None:
    (tmp_path / os.fsdecode(b"orders_\xff.csv")).write_text(ORDERS)
    (found,) = find([tmp_path])
    with pytest.raises(UploadError, match=r"not UTF-8\. Rename it"):
        examine(shop, found)


def test_key_of_a_single_file_ends_with_its_name(landing: Landing, send: Send, keys: Keys) -> None:
    send(landing({"deep/down/orders.csv": ORDERS}) / "deep/down/orders.csv")
    assert keys() == [f"ecommerce/orders/{sha12(ORDERS)}/orders.csv"]


def test_file_given_twice_is_uploaded_once(landing: Landing, send: Send) -> None:
    folder = landing({"orders.csv": ORDERS})
    assert len(send(folder, folder / "orders.csv").outcomes) == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.csv", b"\xef\xbb\xbf" + ORDERS.encode()),
        ("orders.csv.gz", gzip.compress(ORDERS.encode(), mtime=0)),
    ],
)
def test_byte_order_marks_and_gzip_are_accepted(
    landing: Landing, send: Send, name: str, content: bytes
) -> None:
    assert send(landing({name: content})).is_complete


def test_files_of_systems_and_editors_are_ignored(landing: Landing, send: Send, keys: Keys) -> None:
    report = send(landing({".DS_Store": "x", ".git/orders.csv": ORDERS, "~$orders.csv": "x"}))
    assert report.is_complete
    assert len(report.with_status(Status.IGNORED)) == 3
    assert keys() == []


def test_missing_path_and_empty_folder_raise(tmp_path: Path, send: Send) -> None:
    with pytest.raises(UploadError, match=r"nowhere: there is no such file"):
        send(tmp_path / "nowhere")
    with pytest.raises(UploadError, match="holds no files"):
        send(tmp_path)
