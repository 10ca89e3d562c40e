"""New, known, duplicate and rejected files, and the order of their ranks."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glue_jobs.ingest.landing import Landing, find_new, rank_of, relative_path
from glue_jobs.ledger.ledger import Batch, FileEntry, LedgerView
from glue_jobs.runtime.args import Bookmark
from glue_jobs.runtime.store import Head
from lake.model.discovery import load_domain
from lake.naming import BatchStatus, raw_key
from tests.fakes import FolderStore
from tests.infra.third_domain import write_domain

SHOP = load_domain("ecommerce")
ITEMS = b"order_id,product_id,unit_price_usd,quantity,line_total_usd\n1,2,3.00,1,3.00\n"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path)


def ledger(*files: FileEntry) -> LedgerView:
    batch = Batch(
        batch_id="b-1", domain="ecommerce", execution="x", status=BatchStatus.COMMITTED,
        committed_at=NOON.isoformat(), files=files,
    )  # fmt: skip
    return LedgerView((batch,), frozenset())


def landing_of(store: FolderStore, *known: FileEntry, bookmark: Bookmark = Bookmark.ENABLE) -> Landing:
    """Return the new files of raw, given the ledger's files."""
    return find_new(store, "raw", SHOP, ledger(*known), bookmark)


def put(store: FolderStore, path: str, body: bytes = ITEMS, at: datetime = NOON) -> None:
    sha256 = hashlib.sha256(body).hexdigest()
    key = f"ecommerce/order_items/{sha256[:12]}/{path}"
    store.upload("raw", key, body, uploaded_at=at.isoformat(), sha256=sha256)


def paths(landing: Landing) -> list[str]:
    return [relative_path("ecommerce", file.key) for file in landing.files]


def test_new_file_is_recognised_hashed_and_ranked(store: FolderStore) -> None:
    put(store, "drop/order_items.csv")
    [file] = landing_of(store).files
    assert (file.table.name, file.size, file.sha256) == (
        "order_items",
        len(ITEMS),
        hashlib.sha256(ITEMS).hexdigest(),
    )
    assert file.rank == f"2026-01-01T12:00:00.000000Z\t00002\tdrop/order_items.csv\t{file.key}"


def test_file_in_the_ledger_is_not_new(store: FolderStore) -> None:
    put(store, "order_items.csv")
    [file] = landing_of(store).files
    assert landing_of(store, file.entry()).is_empty


def test_known_key_uploaded_again_with_the_same_bytes_is_a_duplicate(store: FolderStore) -> None:
    put(store, "order_items.csv")
    [file] = landing_of(store).files
    known = FileEntry(**{**vars(file.entry()), "version": "earlier"})
    landing = landing_of(store, known)
    assert landing.files == ()
    assert [entry.status for entry in landing.duplicates] == ["duplicate"]


def test_same_bytes_under_another_name_are_a_duplicate(store: FolderStore) -> None:
    put(store, "order_items.csv")
    [file] = landing_of(store).files
    put(store, "deeper/order_items_copy.csv")
    [duplicate] = landing_of(store, file.entry()).duplicates
    assert duplicate.reason == f"the same bytes as {file.key}"


def test_among_equal_files_of_one_call_the_highest_ranking_is_read(store: FolderStore) -> None:
    put(store, "deeper/order_items_a.csv")
    put(store, "order_items_z.csv")
    landing = landing_of(store)
    assert paths(landing) == ["deeper/order_items_a.csv"]
    [duplicate] = landing.duplicates
    assert relative_path("ecommerce", duplicate.key) == "order_items_z.csv"
    assert duplicate.reason == f"the same bytes as {landing.files[0].key}"


def test_among_equal_files_of_two_calls_the_first_is_read(store: FolderStore) -> None:
    """The result does not depend on whether a run happens between the calls."""
    put(store, "order_items_a.csv")
    put(store, "deeper/order_items_a.csv", at=NOON + timedelta(hours=1))
    landing = landing_of(store)
    assert paths(landing) == ["order_items_a.csv"]
    assert len(landing.duplicates) == 1


def test_rejected_file_may_be_uploaded_again(store: FolderStore) -> None:
    """The new upload has another version and is recognised independently of the first."""
    put(store, "order_items.csv")
    [file] = landing_of(store).files
    rejected = FileEntry(**{**vars(file.rejected("file.unreadable", "why")), "version": "earlier"})
    assert paths(landing_of(store, rejected)) == ["order_items.csv"]


def test_rejected_file_is_not_rejected_again_by_the_next_run(store: FolderStore) -> None:
    put(store, "order_items.csv", b"\n")
    [entry] = landing_of(store).rejected
    assert landing_of(store, entry).is_empty


def put_again(store: FolderStore, path: str, at: datetime, body: bytes = ITEMS) -> str:
    key = raw_key("ecommerce", "order_items", hashlib.sha256(body).hexdigest(), path, again_at=at)
    store.upload("raw", key, body, uploaded_at=at.isoformat(), again="true")
    return key


def test_file_that_was_sent_again_is_read_although_its_bytes_are_known(store: FolderStore) -> None:
    put(store, "drop/order_items.csv")
    [file] = landing_of(store).files
    key = put_again(store, "drop/order_items.csv", NOON + timedelta(hours=1))
    [again] = landing_of(store, file.entry()).files
    assert again.key == key
    assert again.rank == f"2026-01-01T13:00:00.000000Z\t00002\tdrop/order_items.csv\t{key}"


def test_every_sending_again_before_a_run_is_read(store: FolderStore) -> None:
    """The corrections between them may be undone by them."""
    put(store, "order_items.csv")
    for hour in (1, 2):
        put_again(store, "order_items.csv", NOON + timedelta(hours=hour))
    landing = landing_of(store)
    assert (len(landing.files), landing.duplicates) == (3, ())


def test_equal_files_of_two_tables_are_both_read(store: FolderStore) -> None:
    body = b"order_id,review_id\n1,2\n"
    for name in ("orders.csv", "reviews.csv"):
        store.write("raw", f"ecommerce/{name}", body)
    landing = landing_of(store)
    assert sorted(file.table.name for file in landing.files) == ["orders", "reviews"]
    orders = next(file for file in landing.files if file.table.name == "orders")
    assert [file.table.name for file in landing_of(store, orders.entry()).files] == ["reviews"]


@pytest.mark.parametrize(
    ("metadata", "arrived"),
    [
        ({"uploaded_at": "2026-01-01T12:00:00Z"}, NOON),
        (
            {"uploaded_at": "2026-01-01T12:00:00Z", "requeued_at": "2026-01-03T12:00:00Z"},
            NOON + timedelta(days=2),
        ),
        ({"uploaded_at": "2026-01-01T12:00:00Z", "requeued_at": "soon"}, NOON),
        ({"uploaded_at": "soon"}, None),
        ({}, None),
    ],
)
def test_file_arrives_when_it_was_requeued_else_uploaded_else_written(
    store: FolderStore, metadata: dict[str, str], arrived: datetime | None
) -> None:
    store.upload("raw", "ecommerce/order_items.csv", ITEMS, **metadata)
    [file] = landing_of(store).files
    [listed] = store.list("raw", "ecommerce/")
    assert file.arrived == (arrived or listed.modified)
    assert file.rank.endswith("alone") == (arrived is None)


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("nonsense.csv", ITEMS, "the file name begins with no table's name"),
        ("order_items.csv", b"", "the file is empty"),
        ("order_items.csv", b"\xef\xbb\xbf", "the file is empty"),
        ("order_items.csv", b"product_id,quantity\n1,2\n", "order_items needs the column order_id"),
        ("order_items.csv", bytes(range(256)) * 20, "binary"),
        ("order_items.csv", b"order_id;product_id\n1;2\n", "columns are separated by commas"),
        ("order_items.csv", b"sep=;\norder_id;product_id\n1;2\n", "sep=; asks for another separator"),
        (
            "order_items.csv",
            "ord\u0435r_id\u0007,product_id\n1,2\n".encode(),
            "the first line is ordеr_id\\x07,",
        ),
        ("order_items.csv", b"\x1f\x8b\x08garbage", "the gzip data is damaged"),
    ],
)
def test_file_of_no_table_is_rejected_with_its_reason(
    store: FolderStore, path: str, body: bytes, reason: str
) -> None:
    put(store, path, body)
    put(store, "order_items_good.csv")
    landing = landing_of(store)
    [rejected] = landing.rejected
    assert rejected.reason.startswith(f"{rejected.check}: ")
    assert reason in rejected.reason
    assert landing.heads[rejected.key] == body
    assert paths(landing) == ["order_items_good.csv"]


def test_files_are_returned_in_rank_order(store: FolderStore) -> None:
    """By upload call, then depth of the path, then path."""
    put(store, "deeper/order_items_a.csv", ITEMS + b"1,3,1.00,1,1.00\n")
    put(store, "order_items_b.csv", ITEMS + b"1,4,1.00,1,1.00\n")
    put(store, "order_items_a.csv", ITEMS + b"1,5,1.00,1,1.00\n")
    put(store, "order_items_0.csv", ITEMS + b"1,6,1.00,1,1.00\n", NOON + timedelta(microseconds=1))
    assert paths(landing_of(store)) == [
        "order_items_a.csv",
        "order_items_b.csv",
        "deeper/order_items_a.csv",
        "order_items_0.csv",
    ]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        (("z.csv", "k", NOON), ("a.csv", "k", NOON + timedelta(microseconds=1))),
        (("z.csv", "k", NOON), ("a/a.csv", "k", NOON)),
        (("a/b/c/d/e/f/g/h/i/z.csv", "k", NOON), ("a/b/c/d/e/f/g/h/i/j/a.csv", "k", NOON)),
        (("a.csv", "k", NOON), ("a.csv.gz", "k", NOON)),
        (("a.csv", "k", NOON), ("a b.csv", "k", NOON))[::-1],
        (("a.csv", "1", NOON), ("a.csv", "2", NOON)),
    ],
)
def test_ranks_compare_as_text(lower: tuple[str, str, datetime], higher: tuple[str, str, datetime]) -> None:
    assert rank_of(*lower) < rank_of(*higher)


def test_file_without_metadata_is_hashed_and_ranks_by_its_own_time(store: FolderStore) -> None:
    store.write("raw", "ecommerce/order_items.csv", ITEMS)
    [file] = landing_of(store).files
    [listed] = store.list("raw", "ecommerce/")
    assert file.sha256 == hashlib.sha256(ITEMS).hexdigest()
    assert file.rank.startswith(listed.modified.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-01T12:00:00Z", "2026-01-01T12:00:00.000000Z"),
        ("2026-01-01T12:00:00+02:00", "2026-01-01T10:00:00.000000Z"),
        ("2026-01-01T12:00:00", "2026-01-01T12:00:00.000000Z"),
    ],
)
def test_upload_time_without_a_zone_is_utc(store: FolderStore, written: str, moment: str) -> None:
    store.upload("raw", "ecommerce/order_items.csv", ITEMS, uploaded_at=written)
    [file] = landing_of(store).files
    assert file.rank.startswith(moment)


def test_upload_time_that_does_not_parse_is_ignored(store: FolderStore) -> None:
    store.upload("raw", "ecommerce/order_items.csv", ITEMS, uploaded_at="yesterday")
    [listed] = store.list("raw", "ecommerce/")
    [file] = landing_of(store).files
    assert file.rank.startswith(listed.modified.strftime("%Y-%m-%dT%H:%M:%S"))


def test_bookmark_disable_takes_every_file(store: FolderStore) -> None:
    put(store, "order_items.csv")
    [file] = landing_of(store).files
    assert paths(landing_of(store, file.entry(), bookmark=Bookmark.DISABLE)) == ["order_items.csv"]
    assert landing_of(store, file.entry(), bookmark=Bookmark.PAUSE).is_empty


def test_folders_and_files_of_streams_are_ignored(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request is made for the files of a stream: there may be many thousands."""
    monkeypatch.syspath_prepend(str(write_domain(tmp_path / "library", "lent")))
    lent = load_domain("lent")
    store.write("raw", "lent/loans/a.jsonl", b'{"loan_id": 1}\n')
    store.write("raw", "lent/books.csv", b"book_id,title\n1,Atlas\n")
    examined: list[str] = []
    real = store.head

    def head(bucket: str, key: str, size: int) -> Head:
        examined.append(key)
        return real(bucket, key, size)

    monkeypatch.setattr(store, "head", head)
    landing = find_new(store, "raw", lent, LedgerView((), frozenset()))
    assert [file.key for file in landing.files] == ["lent/books.csv"]
    assert landing.rejected == ()
    assert examined == ["lent/books.csv"]
