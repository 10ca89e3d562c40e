"""Comments before a statement are ignored."""

from __future__ import annotations

import pytest

from localcloud.execution.athena.statements.comments import without_comments
from tests.localcloud.execution.athena.client import start, wait_for
from tests.localcloud.execution.conftest import Cloud


@pytest.mark.parametrize(
    "sql", ["-- who\nSHOW TABLES;", "/* by\n a tool */ SHOW TABLES", "  -- a\n/* b */\n-- c\nSHOW TABLES ; "]
)
def test_comments_spaces_and_a_semicolon_are_removed(sql: str) -> None:
    assert without_comments(sql) == "SHOW TABLES"


def test_show_behind_a_comment_is_executed(sales: Cloud) -> None:
    execution = wait_for(sales, start(sales, "-- listed by a client\n/* twice */ SHOW TABLES 'sales'"))

    assert execution["Status"]["State"] == "SUCCEEDED"
    assert execution["StatementType"] == "UTILITY"
    assert execution["ResultConfiguration"]["OutputLocation"].endswith(".txt")
