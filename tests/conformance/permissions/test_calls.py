"""Recorded calls are reduced to what the policies of their roles can tell apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.permissions.calls import Call, Reduction, read_calls, write_calls

STATEMENTS: list[dict[str, Any]] = [
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::lake/bronze/shop/*"]},
    {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::ledger/*/released/*"},
    {
        "Effect": "Allow",
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::lake",
        "Condition": {"StringLike": {"s3:prefix": ["silver/shop/*"]}},
    },
]
PREFIXED = [*STATEMENTS[:1], *STATEMENTS[2:]]


def reduced(resource: str, statements: list[dict[str, Any]] = PREFIXED, prefix: str = "") -> Call:
    keys = (("s3:prefix", prefix),) if prefix else ()
    return Reduction(lambda role: statements).reduced(Call("job", "s3:PutObject", resource, keys))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("bronze/shop/orders/batch=b-1/part-0.parquet", "bronze/shop/~"),
        ("bronze/shop/", "bronze/shop/"),
        ("bronze/shop", "bronze/shop"),
        ("bronze/other/orders", "bronze/~"),
        ("elsewhere/shop/orders", "~"),
        ("silver/shop/x", "silver/shop/~"),
    ],
)
def test_key_keeps_the_segments_that_policies_name(key: str, expected: str) -> None:
    assert reduced(f"arn:aws:s3:::lake/{key}").resource == f"arn:aws:s3:::lake/{expected}"


def test_first_segment_is_skipped_if_a_pattern_leaves_it_open() -> None:
    call = reduced("arn:aws:s3:::ledger/shop/released/b-1.json", statements=STATEMENTS)
    assert call.resource == "arn:aws:s3:::ledger/shop/released/~"
    call = reduced("arn:aws:s3:::ledger/books/released/b-1.json", statements=STATEMENTS)
    assert call.resource == "arn:aws:s3:::ledger/~/released/~"


def test_listed_prefix_is_reduced() -> None:
    assert reduced("arn:aws:s3:::lake", prefix="silver/shop/orders/").keys == (
        ("s3:prefix", "silver/shop/~"),
    )


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"arn:aws:s3:::cdk-x-assets-1-r/{'0a' * 32}.zip", "arn:aws:s3:::cdk-x-assets-1-r/~.zip"),
        ("arn:aws:secretsmanager:r:1:secret:store-QMAyIM", "arn:aws:secretsmanager:r:1:secret:store-000000"),
        (
            "arn:aws:states:r:1:execution:shop:0f0e0d0c-0b0a-4000-8000-0123456789ab",
            "arn:aws:states:r:1:execution:shop:~",
        ),
        ("arn:aws:glue:r:1:table/shop/orders", "arn:aws:glue:r:1:table/shop/orders"),
    ],
)
def test_random_names_are_replaced(resource: str, expected: str) -> None:
    assert reduced(resource).resource == expected


def test_corpus_is_sorted_and_read_again(tmp_path: Path) -> None:
    calls = {
        Call("b", "s3:GetObject", "arn:aws:s3:::lake/x"),
        Call("a", "s3:PutObject", "arn:aws:s3:::lake/x", (("s3:if-none-match", "*"),), allowed=False),
        Call("a", "dynamodb:GetItem", "arn:aws:dynamodb:r:1:table/t", (("dynamodb:LeadingKeys", ("d",)),)),
    }
    write_calls(tmp_path / "calls.jsonl", calls)
    lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
    assert [(line["role"], line["action"]) for line in lines] == [
        ("a", "dynamodb:GetItem"),
        ("a", "s3:PutObject"),
        ("b", "s3:GetObject"),
    ]
    assert lines[1] == {
        "role": "a",
        "action": "s3:PutObject",
        "resource": "arn:aws:s3:::lake/x",
        "keys": {"s3:if-none-match": "*"},
        "allowed": False,
    }
    assert read_calls(tmp_path / "calls.jsonl") == calls
