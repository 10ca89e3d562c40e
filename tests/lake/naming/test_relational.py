"""Names in the relational copy."""

from __future__ import annotations

import pytest

from lake.naming import relational as names


@pytest.mark.parametrize(
    ("stored_month", "label"), [(202403, "2024-03"), (202400, "2024"), (0, "all"), (100012, "1000-12")]
)
def test_partitions_have_a_label(stored_month: int, label: str) -> None:
    assert names.month_label(stored_month) == label


def test_staging_tables_of_two_runs_differ_and_fit() -> None:
    first, second = (names.load_table("x" * 200 + end, 3) for end in ("1", "2"))
    assert first != second
    assert first.startswith(names.LOAD_TABLES)
    assert len(first) <= names.IDENTIFIER_LIMIT


def test_keys_lie_below_the_domain() -> None:
    assert names.relational_parts("shop", "x1", "r2") == "_staging/shop/x1/relational/r2/"
    assert names.contents_key("shop") == "_relational/shop/contents.json"
    assert names.schema_name("shop") == "shop"
    assert names.load_lock("shop") == "caudal.shop"
    assert names.index_name(("a", "b")) == "ix_a_b"
    assert names.exact_key("device") == "device_key"
