"""Parsing of Athena's queries into sqlglot's tree, without sqlglot's own reading of functions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.trino import TrinoParser
from sqlglot.tokenizer_core import Token, TokenType

from localcloud.execution.athena.errors import QueryError

_FOREIGN = {  # tokens of other dialects that sqlglot reads all the same
    "DCOLON", "QUALIFY", "ILIKE", "RLIKE", "GLOB", "NULLSAFE_EQ", "CARET", "DSLASH", "DAMP", "AMP", "PIPE",
    "DLT", "SEPARATOR", "LR_ARROW", "HASH_ARROW", "DHASH_ARROW", "ANTI", "SEMI", "ASOF", "CLUSTER_BY",
    "DISTRIBUTE_BY", "SORT_BY", "DIV", "TILDE", "COLON_EQ",
}  # fmt: skip


class _Parser(TrinoParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: parse
        for name, parse in TrinoParser.FUNCTION_PARSERS.items()
        if name in ("CAST", "TRY_CAST", "EXTRACT", "POSITION", "TRIM", "LISTAGG", "NORMALIZE")
    }
    TYPE_LITERAL_PARSERS: ClassVar[dict[Any, Any]] = {
        kind: (
            lambda self, this, name=kind.value: self.expression(
                exp.Anonymous(this=f"literal {name}", expressions=[this])
            )
        )
        for kind in exp.DataType.Type
    }


class Dialect(Trino):
    """Trino's dialect with every function kept by the name that the query has."""

    INDEX_OFFSET = 0
    Parser: Any = _Parser
    parser_class: Any = _Parser


def parse(sql: str, parameters: Sequence[str] = ()) -> exp.Expr:
    """Parse the single statement in `sql`, with `parameters` in place of its question marks.

    Raises QueryError for a syntax error, several statements, or a wrong number of parameters.
    """
    # What a text means does not change; each caller has a tree of its own.
    return _parse(sql, tuple(parameters)).copy()


@lru_cache(maxsize=128)
def _parse(sql: str, parameters: tuple[str, ...]) -> exp.Expr:
    try:
        dialect = Dialect()
        filled, tokens = _with_parameters(dialect, sql, parameters)
        _refuse_foreign(tokens)
        parsed = dialect.parser().parse(tokens, filled)
        found = [statement for statement in parsed if statement is not None]
    except (ParseError, TokenError) as error:
        details = getattr(error, "errors", None)
        first = details[0] if details else {}
        place = f"line {first['line']}:{first['col']}: " if first.get("line") else ""
        raise QueryError("SYNTAX_ERROR", f"{place}{first.get('description') or error}") from error
    if len(found) != 1:
        raise QueryError("SYNTAX_ERROR", f"Only one sql statement is allowed. Got {len(found)}")
    return found[0]


def _refuse_foreign(tokens: Sequence[Token]) -> None:
    for before, token in zip([None, *tokens], tokens, strict=False):
        name = token.token_type.name
        foreign_type = name in ("FLOAT", "TEXT") and before is not None and before.text.upper() == "AS"
        struct = name == "STRUCT" and token.text.upper() != "ROW"
        if name in _FOREIGN or struct or (foreign_type and token.text.upper() in ("FLOAT", "STRING", "TEXT")):
            raise QueryError(
                "SYNTAX_ERROR", f"line {token.line}:{token.col}: mismatched input '{token.text}'"
            )


def _with_parameters(dialect: Dialect, sql: str, parameters: Sequence[str]) -> tuple[str, list[Token]]:
    """Return the statement with `parameters` in place of its question marks, and its tokens."""
    tokens = dialect.tokenize(sql)
    marks = [token for token in tokens if token.token_type == TokenType.PLACEHOLDER]
    if len(marks) != len(parameters):
        raise QueryError(
            "INVALID_PARAMETER_USAGE",
            f"Incorrect number of parameters: expected {len(marks)} but found {len(parameters)}",
        )
    for mark, value in reversed(list(zip(marks, parameters, strict=True))):
        sql = f"{sql[: mark.start]}({value}){sql[mark.end + 1 :]}"
    return sql, dialect.tokenize(sql) if marks else tokens
