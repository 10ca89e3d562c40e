"""The workgroup of Athena, its named queries, and the rights of analysts."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.analytics.athena import query_text
from lake.errors import DeclarationError
from lake.model.discovery import load_domain
from lake.model.spec import Question
from lake.naming import Names
from tests.infra.assembly import Assembly, Stack, actions, as_list
from tests.infra.conftest import DOMAIN
from tests.infra.third_domain import write_domain


@pytest.mark.parametrize(("name", "results"), [("", "results/"), ("-steward", "steward-results/")])
def test_workgroups_enforce_encryption_and_a_scan_limit(
    dev: Assembly, names: Names, name: str, results: str
) -> None:
    group = dev.stack(names.stack("athena")).named("AWS::Athena::WorkGroup", f"{names.workgroup}{name}")
    settings = group["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    assert settings["BytesScannedCutoffPerQuery"] == 10 * 1024**3
    result = settings["ResultConfiguration"]
    assert result["OutputLocation"] == f"s3://{names.athena_bucket}/{results}"
    assert result["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}


def test_workgroups_with_a_history_can_be_deleted_in_every_environment(
    dev: Assembly, prod: Assembly, names: Names
) -> None:
    for assembly, env in ((dev, "dev"), (prod, "prod")):
        stack = assembly.stack(f"caudal-{env}-athena")
        groups = stack.of_type("AWS::Athena::WorkGroup")
        assert [group["RecursiveDeleteOption"] for group in groups] == [True, True]


def test_every_query_of_a_question_is_a_named_query(shop: Stack, names: Names) -> None:
    declared = {query for question in load_domain(DOMAIN).questions for query in question.queries}
    queries = shop.of_type("AWS::Athena::NamedQuery")
    assert {query["Name"] for query in queries} == declared
    assert {query["WorkGroup"] for query in queries} == {names.workgroup}
    assert {query["Database"] for query in queries} == {names.database(DOMAIN, "gold")}


def test_analysts_may_read_gold_only(shop: Stack, names: Names) -> None:
    statements = shop.role(names.role(DOMAIN, "analyst"))
    assert "s3:GetObject" in actions(statements, f"{names.curated_bucket}/{DOMAIN}/")
    assert "s3:PutObject" not in actions(statements, names.curated_bucket)
    assert "s3:GetObject" not in actions(statements, f"{names.athena_bucket}/steward-results/")
    for denied in (names.raw_bucket, names.processed_bucket, names.database(DOMAIN, "silver")):
        assert actions(statements, denied) == set()
    assert not any(a.startswith("glue:Create") for s in statements for a in as_list(s["Action"]))


def test_error_of_a_missing_query_names_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "unanswered", query=None)))
    question = Question(number=1, title="Which books?", queries=("all_books",))
    with pytest.raises(DeclarationError, match=r"all_books.*is missing"):
        query_text(load_domain("unanswered"), question, "all_books")
