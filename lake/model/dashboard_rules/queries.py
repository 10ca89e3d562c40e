"""Check of dashboards against the columns of named queries, whose SQL lies beside the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lake.model.declaration import Declaration

_TOKEN = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*|[(),.*]|\S""")


def dashboard_query_problems(domain: Declaration) -> Iterator[str]:
    """Yield a sentence for each column that a visual reads and its named query does not return."""
    for dashboard in domain.shown_dashboards:
        for visual in dashboard.visuals:
            query = visual.dataset.query
            text = query_sql(domain.name, query) if query else None
            if text is None:
                continue
            returned = result_columns(text)
            for name in dict.fromkeys(visual.columns()):
                if name not in returned:
                    yield (
                        f"dashboard {dashboard.key}: visual {visual.key}: the query {query} has no column "
                        f"'{name}': name one of {', '.join(returned)}, or add it to queries/{query}.sql"
                    )


def query_sql(domain: str, query: str) -> str | None:
    """Return the SQL of `queries/<query>.sql` of a domain, None if there is no such file."""
    source = files(f"domains.{domain}") / "queries" / f"{query}.sql"
    return source.read_text(encoding="utf-8") if source.is_file() else None


def result_columns(sql: str) -> tuple[str, ...]:
    """Return the names of the columns that a query returns: those of its last SELECT outside of brackets.

    A column's name is the last word of its expression: an alias, or the column itself.
    """
    tokens = [token for token in _TOKEN.findall(sql) if not token.startswith("--")]
    depth, selects = 0, []
    for place, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token.upper() == "SELECT":
            selects.append(place + 1)
    names: list[str] = []
    last = ""
    for token in tokens[selects[-1] :] if selects else ():
        depth += (token == "(") - (token == ")")
        if depth == 0 and token.upper() in ("FROM", ";"):
            break
        if depth == 0 and token == ",":
            names.append(last)
        elif depth == 0:
            last = token.strip('"')
    return (*names, last) if last else ()
