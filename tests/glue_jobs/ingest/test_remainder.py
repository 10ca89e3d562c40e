"""A file has text after its header, or only white space."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from glue_jobs.ingest.landing import find_new
from glue_jobs.ingest.remainder import has_text_after_header
from glue_jobs.ledger.ledger import LedgerView
from lake.model.discovery import load_domain
from tests.fakes import FolderStore
from tests.toy.drops import HEAD

PARTS = HEAD["parts"].strip()

FILES: dict[str, tuple[str | bytes | list[str], bool]] = {
    "only the header": (PARTS, False),
    "with its line end": (f"{PARTS}\n", False),
    "white space": (f"{PARTS}\r\n \t\r\n\u00a0\n", False),
    "half a wide space": (PARTS.encode() + b"\n \xa0\n", True),
    "the beginning of a wide space, at the end": (PARTS.encode() + b"\n\xc2", True),
    "a row": (f"{PARTS}\n1", True),
    "a row far behind": (f"{PARTS}\n" + "\n" * 3_000_000 + "1", True),
    "a header that ends in another way": (f"{PARTS}\r1,leg,4\n2,leg,4\n", True),
    "nothing after such a header": (f"{PARTS}\r \n \n", False),
    "packed": ([f"{PARTS}\n", "", "1,leg,4\n"], True),
    "packed white space": ([f"{PARTS}\n", "\n"], False),
}


@pytest.mark.parametrize("case", FILES)
def test_white_space_is_no_text(tmp_path: Path, toy: str, case: str) -> None:
    content, expected = FILES[case]
    store, domain = FolderStore(tmp_path), load_domain(toy)
    if isinstance(content, list):
        members = b"".join(gzip.compress(member.encode()) for member in content)
        store.write("raw", "toy/parts.csv.gz", members)
    else:
        store.write("raw", "toy/parts.csv", content.encode() if isinstance(content, str) else content)
    [file] = find_new(store, "raw", domain, LedgerView((), frozenset())).files
    assert has_text_after_header(store, "raw", file) == expected
