"""Comments before a statement, which clients add and Athena ignores."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\s*(?:--[^\n]*(?:\n|$)|/\*.*?\*/)", re.DOTALL)


def without_comments(sql: str) -> str:
    """Return a statement without the comments before it, surrounding spaces and a final semicolon."""
    while match := _COMMENT.match(sql):
        sql = sql[match.end() :]
    return sql.strip().rstrip(";").strip()
