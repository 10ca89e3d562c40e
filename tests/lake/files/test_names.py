"""Names of raw files: what is accepted."""

from __future__ import annotations

import re

import pytest

from lake.files.names import OTHER_CODECS, name_problem, nested_problems, resolved
from lake.files.recognition import Problem, recognise
from lake.model.discovery import load_domain


@pytest.mark.parametrize(
    "path",
    [
        "orders.csv", "orders.csv.gz", "orders", "2025/11/orders.CSV", "orders.snappy.csv", "a b/ö.csv",
        "orders.csv.GZ", "..orders.csv", "orders...csv", f"{'x' * 255}/orders.csv", "snappy", "a{b}[c]*.csv",
    ],
)  # fmt: skip
def test_plain_and_gzip_names_are_accepted(path: str) -> None:
    assert name_problem(path) is None


@pytest.mark.parametrize(
    ("path", "says"),
    [
        *((f"orders.csv{suffix}", f"ends in {suffix}") for suffix in OTHER_CODECS),
        ("orders.csv.SNAPPY", "ends in .snappy; accepted are plain text and .gz"),
        ("customers//branch7/x.csv", r"\(//\)"),
        ("/customers.csv", r"\(//\)"),
        ("customers/", r"\(//\)"),
        ("customers/./x.csv", r"part \. or \.\."),
        ("customers/../x.csv", r"part \. or \.\."),
        (f"{'x' * 256}/orders.csv", "longer than 255 bytes"),
        (f"{'ö' * 128}.csv", "longer than 255 bytes"),
        ("orders\n.csv", "line break"),
        ("orders\x1b[31m.csv", "control character"),
    ],
)
def test_other_name_is_rejected_with_its_reason(path: str, says: str) -> None:
    assert re.search(says, name_problem(path) or "")


def test_uploader_and_jobs_reject_such_a_file_before_they_look_at_its_content() -> None:
    found = recognise(load_domain("ecommerce"), "customers_p.csv.snappy", b"customer_id\n1\n")
    assert (found.problem, found.check) == (Problem.NAME, "file.name")
    assert found.table is not None


def test_key_that_is_another_keys_folder_is_rejected_with_it() -> None:
    found = nested_problems(["a/x.csv", "a/x.csv/y.csv", "a/z.csv", "a/x.csv2"])
    assert found == {
        "a/x.csv": "the key is also the folder of another object, a/x.csv/y.csv; upload it under another key",
        "a/x.csv/y.csv": "the key lies below another object's key, a/x.csv; upload it under another key",
    }


def test_hadoop_resolves_empty_parts_and_dots() -> None:
    assert resolved("d/t//a/./b/../x.csv") == "d/t/a/x.csv"
