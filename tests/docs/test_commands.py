"""Every command that a page shows is one that its program accepts."""

from __future__ import annotations

import re
import shlex

import pytest

from lake.documentation.pages import DOCS
from tests.docs.commands import aws_problems, caudal_problems, commands

PAGES = sorted(page for page in DOCS.glob("*.md"))
ALL = [words for page in PAGES for words in commands(page)]
INLINE = [
    shlex.split(match[1])
    for page in PAGES
    for match in re.finditer(r"`(caudal [^`]+)`", page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("words", [words for words in ALL if words[0] == "aws"], ids=shlex.join)
def test_aws_cli_accepts_the_command(words: list[str]) -> None:
    assert aws_problems(words) == []


@pytest.mark.parametrize("words", [w for w in ALL if w[0] == "caudal"], ids=shlex.join)
def test_caudal_accepts_the_command(words: list[str]) -> None:
    assert caudal_problems(words) == []


@pytest.mark.parametrize("words", INLINE, ids=shlex.join)
def test_caudal_knows_the_command_that_a_text_mentions(words: list[str]) -> None:
    """A text may leave out what is required."""
    assert [problem for problem in caudal_problems(words) if "Missing" not in problem] == []


def test_wrong_option_of_the_aws_cli_is_found() -> None:
    words = shlex.split("aws glue start-job-run --job load")
    assert aws_problems(words) == ["glue start-job-run has no job", "glue start-job-run needs job_name"]
