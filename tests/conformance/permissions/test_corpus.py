"""No call of a run may be denied unless the corpus has it; one call of each kind is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.permissions.calls import Call, read_calls, write_calls
from conformance.permissions.corpus import Record, UnknownDenialsError, compare, reduced_calls
from conformance.permissions.grants import Privileges
from conformance.permissions.kinds import Kinds
from lake.model.discovery import load_domain
from tests.conformance.permissions.conftest import LAKE, ROLE, Policy, allow

KINDS = Kinds([load_domain("ecommerce"), load_domain("cloud_provider")])


def put(key: str, *, allowed: bool = True) -> Call:
    return Call(ROLE, "s3:PutObject", f"{LAKE}/{key}", allowed=allowed)


KNOWN = put("a/~")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus with one call."""
    write_calls(tmp_path / "calls.jsonl", [KNOWN])
    return tmp_path / "calls.jsonl"


def recording(folder: Path, *keys: str, allowed: bool = True) -> Path:
    """What a run records."""
    file = folder / "iam-calls.jsonl"
    entries = [
        {
            "role": f"arn:aws:iam::1:role/{ROLE}",
            "action": "s3:PutObject",
            "resource": f"{LAKE}/{key}",
            "allowed": allowed,
            "keys": {},
        }
        for key in keys
    ]
    file.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    return file


def made(privileges: Privileges, folder: Path, *keys: str, allowed: bool = True) -> set[Call]:
    """The reduced calls of a run."""
    return reduced_calls(recording(folder, *keys, allowed=allowed), privileges)


def test_known_calls_pass(policy: Policy, corpus: Path, tmp_path: Path) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    compare(made(privileges, tmp_path, "a/1", "a/2/3"), KINDS, file=corpus, files=[])


def test_unknown_call_that_is_allowed_passes(policy: Policy, corpus: Path, tmp_path: Path) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    compare(made(privileges, tmp_path, "a/1", "b/2"), KINDS, file=corpus, files=[])
    assert read_calls(corpus) == {KNOWN}


def test_unknown_denial_is_refused_with_the_remedy(policy: Policy, corpus: Path, tmp_path: Path) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    with pytest.raises(UnknownDenialsError) as refused:
        compare(made(privileges, tmp_path, "b/2", allowed=False), KINDS, file=corpus, files=[])
    assert str(refused.value) == (
        "calls.jsonl: 1 calls were denied that the corpus does not have:\n"
        f"  {ROLE} s3:PutObject {LAKE}/~ (denied)\n"
        " Grant what the caller needs. If a test wants the denial, run it with --record-calls, and commit "
        "the file."
    )
    assert read_calls(corpus) == {KNOWN}


def test_known_denial_passes(policy: Policy, tmp_path: Path) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    file = tmp_path / "calls.jsonl"
    write_calls(file, [put("~", allowed=False)])
    compare(made(privileges, tmp_path, "b/2", allowed=False), KINDS, file=file, files=[])


def test_unknown_call_is_added_on_request(policy: Policy, corpus: Path, tmp_path: Path) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    compare(made(privileges, tmp_path, "b/2"), KINDS, file=corpus, files=[], record="add")
    assert read_calls(corpus) == {KNOWN, put("~")}


def test_calls_that_are_made_no_more_leave_a_corpus_recorded_anew(
    policy: Policy, corpus: Path, tmp_path: Path
) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    compare(made(privileges, tmp_path, "b/2"), KINDS, file=corpus, files=[], record="anew")
    assert read_calls(corpus) == {put("~")}


def test_calls_that_differ_in_domain_or_table_have_one_line_which_stays(
    policy: Policy, corpus: Path, tmp_path: Path
) -> None:
    shop, provider = (f"silver/{each}/orders" for each in ("ecommerce", "cloud_provider"))
    both = policy(allow("s3:PutObject", [f"{LAKE}/{shop}/*", f"{LAKE}/{provider}/*"]))
    compare(made(both, tmp_path, f"{shop}/1"), KINDS, file=corpus, files=[], record="anew")
    assert read_calls(corpus) == {put(f"{shop}/~")}
    compare(made(both, tmp_path, f"{shop}/1", f"{provider}/1"), KINDS, file=corpus, files=[], record="anew")
    assert read_calls(corpus) == {put(f"{shop}/~")}


@pytest.mark.parametrize("record", ["", "add", "anew"])
def test_kind_that_another_file_has_is_known_and_not_repeated(
    policy: Policy, corpus: Path, tmp_path: Path, record: Record
) -> None:
    privileges = policy(allow("s3:PutObject", f"{LAKE}/a/*"))
    other = tmp_path / "other.jsonl"
    other.touch()
    compare(made(privileges, tmp_path, "a/1"), KINDS, file=other, files=[corpus, other], record=record)
    assert (read_calls(corpus), read_calls(other)) == ({KNOWN}, set())
