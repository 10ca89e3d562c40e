"""A third domain in one folder, added as in a project that uses the lake."""

from __future__ import annotations

from pathlib import Path

DECLARATION = """
from lake.model.columns import bigint, text, timestamp
from lake.model.spec import Domain, Mart, Question, Stream, Table

DOMAIN = Domain(
    name="{name}",
    description="A library of books.",
    tables=(
        Table(
            name="books",
            description="Books.",
            key=("book_id",),
            columns=(bigint("book_id", "Identifies the book."), text("title", "Title.")),
        ),
        Table(
            name="loans",
            description="Loans, as they happen.",
            key=("loan_id",),
            dated_by="at",
            columns=(bigint("loan_id", "Identifies the loan."), timestamp("at", "When.")),
            stream=Stream(folders=("loans",), rank=("at",)),
        ),
    ),
    marts=(
        Mart(
            name="shelf",
            description="All books.",
            grain=("book_id",),
            inputs=("books",),
            columns=(bigint("book_id", "Identifies the book."),),
        ),
    ),
    questions=(Question(number=1, title="Which books?", queries=("all_books",)),),
)
"""


SHELF = """
def build(books):
    return books.select("book_id")
"""


def write_domain(folder: Path, name: str = "library", *, query: str | None = "SELECT 1\n") -> Path:
    """Write `domains/<name>` into `folder` and return `folder`, which the caller puts on the path."""
    package = folder / "domains" / name
    (package / "queries").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "gold").mkdir()
    (package / "gold" / "shelf.py").write_text(SHELF)
    (package / "domain.py").write_text(DECLARATION.replace("{name}", name))
    if query is not None:
        (package / "queries" / "all_books.sql").write_text(query)
    return folder
