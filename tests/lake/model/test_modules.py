"""Each module that a declaration implies exists and takes what the jobs pass; else synth refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lake.errors import DeclarationError
from lake.model.columns import bigint, date, text
from lake.model.discovery import load_domains
from lake.model.modules import check_domains, module_problems
from lake.model.serving import Collection, Embedded, ServedQuestion, Shape
from lake.model.spec import Domain, Mart, PartitionUnit, Question, Reference, Stream, Table

BOOKS = Table(
    name="books",
    description="Books.",
    key=("book_id",),
    columns=(bigint("book_id", "Book."), text("genre", "Genre.")),
)
LOANS = Table(
    name="loans",
    description="Loans.",
    key=("loan_id",),
    dated_by="lent_on",
    columns=(bigint("loan_id", "Loan."), bigint("book_id", "Book."), date("lent_on", "Day.")),
    references=(Reference(column="book_id", table="books"),),
    enriched_from=("books",),
    enrichment=(text("genre", "Genre of the book."),),
    stream=Stream(folders=("loans",), rank=("loan_id",)),
)
DAILY = Mart(
    name="loans_by_day",
    description="Loans of each day.",
    grain=("lent_on",),
    inputs=("loans", "books"),
    partition_by=PartitionUnit.MONTH,
    dated_by="lent_on",
    columns=(date("lent_on", "Day."), bigint("loans", "Loans.")),
)
SERVED = Collection(
    mart="loans_by_day",
    description="Loans of each day.",
    speed=True,
    shapes=(Shape(name="all", embeds=(Embedded(name="days", rows=("lent_on",), values=("loans",)),)),),
    serves=(ServedQuestion(question=1, title="Loans", shapes=("all",), days=14),),
)

SPEED = 'MART = "loans_by_day"\ndef build(totals): ...\n'
FILES = {
    "gold/loans_by_day.py": "def build(books, *, loans): ...\n",
    "silver/loans.py": "def build(*, loans, books): ...\n",
    "speed/loans.py": SPEED,
}


def library(name: str = "library") -> Domain:
    return Domain(
        name=name, description="A library.", tables=(BOOKS, LOANS), marts=(DAILY,), serving=(SERVED,)
    )


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path, for domains."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def write(path: Path, name: str, files: Mapping[str, str | None]) -> None:
    """Write the modules of a domain; a module without text is left out."""
    for file, source in {"__init__.py": "", **files}.items():
        if source is not None:
            target = path / "domains" / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source)


def test_shipped_domains_have_the_modules_that_they_declare() -> None:
    check_domains(load_domains())


def test_order_of_parameters_is_free(path: Path) -> None:
    write(path, "modules_complete", FILES)
    check_domains([library("modules_complete")])


MISTAKES: dict[str, tuple[dict[str, str | None], str]] = {
    "gold_missing": (
        {"gold/loans_by_day.py": None},
        "mart loans_by_day: gold/loans_by_day.py is missing: write it with build(loans, books)",
    ),
    "gold_without_build": (
        {"gold/loans_by_day.py": "def built(loans, books): ..."},
        "mart loans_by_day: gold/loans_by_day.py defines no function build: write build(loans, books)",
    ),
    "gold_with_other_inputs": (
        {"gold/loans_by_day.py": "def build(loans, readers): ..."},
        (
            "mart loans_by_day: gold/loans_by_day.py defines build(loans, readers), but the job passes the "
            "declared inputs by name: write build(loans, books), or correct the declaration"
        ),
    ),
    "gold_with_too_few_inputs": (
        {"gold/loans_by_day.py": "def build(loans): ..."},
        (
            "mart loans_by_day: gold/loans_by_day.py defines build(loans), but the job passes the declared "
            "inputs by name: write build(loans, books), or correct the declaration"
        ),
    ),
    "gold_takes_anything": (
        {"gold/loans_by_day.py": "def build(**inputs): ..."},
        (
            "mart loans_by_day: gold/loans_by_day.py defines build(**inputs), but the job passes the "
            "declared inputs by name: write build(loans, books), or correct the declaration"
        ),
    ),
    "gold_by_position": (
        {"gold/loans_by_day.py": "def build(loans, books, /): ..."},
        (
            "mart loans_by_day: gold/loans_by_day.py defines build(loans, books, /), but the job passes the "
            "declared inputs by name: write build(loans, books), or correct the declaration"
        ),
    ),
    "gold_of_no_mart": (
        {"gold/loans_by_year.py": "def build(loans): ..."},
        (
            "gold/loans_by_year.py defines build, but there is no mart 'loans_by_year': declare it, or "
            "rename the file"
        ),
    ),
    "silver_missing": (
        {"silver/loans.py": None},
        "table loans: silver/loans.py is missing: write it with build(loans, books)",
    ),
    "silver_with_other_inputs": (
        {"silver/loans.py": "def build(loans): ..."},
        (
            "table loans: silver/loans.py defines build(loans), but the job passes the declared inputs by "
            "name: write build(loans, books), or correct the declaration"
        ),
    ),
    "silver_of_no_enriched_table": (
        {"silver/books.py": "def build(books): ..."},
        (
            "silver/books.py defines build, but no table 'books' declares an enrichment: declare it, or "
            "remove the module"
        ),
    ),
    "speed_missing": (
        {"speed/loans.py": None},
        (
            'serving loans_by_day: speed=True needs a module speed/<table>.py with MART = "loans_by_day" and '
            "build(totals): write it, or remove speed=True"
        ),
    ),
    "speed_of_no_stream": (
        {"speed/loans.py": None, "speed/books.py": SPEED},
        "speed/books.py: there is no stream 'books': name the module after the table of a stream",
    ),
    "speed_without_build": (
        {"speed/loans.py": 'MART = "loans_by_day"'},
        "speed/loans.py: the job passes a day's totals to build: write build(totals)",
    ),
    "speed_with_two_inputs": (
        {"speed/loans.py": 'MART = "loans_by_day"\ndef build(totals, rows): ...'},
        "speed/loans.py: the job passes a day's totals to build: write build(totals)",
    ),
    "speed_by_name": (
        {"speed/loans.py": 'MART = "loans_by_day"\ndef build(*, totals): ...'},
        "speed/loans.py: the job passes a day's totals to build: write build(totals)",
    ),
    "syntax": (
        {"gold/loans_by_day.py": "def build(loans, books)\n"},
        "gold/loans_by_day.py, line 1: expected ':': correct the syntax",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_refused_with_its_remedy(path: Path, mistake: str) -> None:
    files, problem = MISTAKES[mistake]
    name = f"modules_{mistake}"
    write(path, name, {**FILES, **files})
    with pytest.raises(DeclarationError) as error:
        check_domains([library(name)])
    assert f"{name}: {problem}" in error.value.problems


def test_speed_module_names_its_mart(path: Path) -> None:
    write(path, "modules_unnamed", {**FILES, "speed/loans.py": "def build(totals): ..."})
    write(path, "modules_other", {**FILES, "speed/loans.py": SPEED.replace("loans_by_day", "loans_by_week")})
    assert 'speed/loans.py does not say which mart it serves: write MART = "<mart>"' in list(
        module_problems(library("modules_unnamed"))
    )
    assert (
        "speed/loans.py serves 'loans_by_week', which has no speed view: declare its collection with "
        "speed=True"
    ) in list(module_problems(library("modules_other")))


def test_one_module_serves_a_mart(path: Path) -> None:
    returns = replace(LOANS, name="returns", enriched_from=(), enrichment=())
    domain = replace(library("modules_two"), tables=(BOOKS, LOANS, returns))
    write(path, "modules_two", {**FILES, "speed/returns.py": SPEED})
    assert list(module_problems(domain)) == [
        "serving loans_by_day: 2 modules in speed/ name it as MART: keep one"
    ]


def test_enrichment_declares_the_columns_that_it_adds(path: Path) -> None:
    write(path, "modules_no_columns", {**FILES, "silver/loans.py": None})
    domain = replace(library("modules_no_columns"), tables=(BOOKS, replace(LOANS, enrichment=())))
    assert list(module_problems(domain)) == [
        (
            "table loans: is enriched from books, but declares no column that this adds: declare it in "
            "enrichment, or remove enriched_from"
        )
    ]


def test_helper_modules_are_allowed(path: Path) -> None:
    helpers = {f"{layer}/shared.py": "DAYS = 7\n" for layer in ("gold", "silver", "speed")}
    write(path, "modules_helpers", {**FILES, **helpers})
    assert list(module_problems(library("modules_helpers"))) == []


ANSWERS = """
from lake.model.answers import Answer
ANSWERS = (Answer(name="loans", question=1, title="Loans", function=print),)
"""


def test_names_of_answers_are_unique_over_domains(path: Path) -> None:
    for name in ("answers_here", "answers_there"):
        write(path, name, {**FILES, "answers.py": ANSWERS})
    with pytest.raises(DeclarationError) as error:
        check_domains([library("answers_here"), library("answers_there")])
    assert error.value.problems == (
        (
            "the answer 'loans' is declared in answers_here and answers_there, and `caudal ask loans` must "
            "be one question: rename it in one of them (answers.py)"
        ),
    )


def test_names_of_queries_are_unique_over_domains(path: Path) -> None:
    question = Question(number=1, title="Which?", queries=("loans_by_genre",))
    for name in ("queries_here", "queries_there"):
        write(path, name, FILES)
    with pytest.raises(DeclarationError) as error:
        check_domains(
            [replace(library(name), questions=(question,)) for name in ("queries_here", "queries_there")]
        )
    assert error.value.problems == (
        (
            "the query 'loans_by_genre' is named in queries_here and queries_there, which share one "
            "workgroup: rename it in one of them"
        ),
    )


def test_all_problems_of_all_domains_are_reported_at_once() -> None:
    with pytest.raises(DeclarationError) as error:
        check_domains([library("nowhere"), library("elsewhere")])
    assert str(error.value).startswith("domain nowhere, elsewhere: 6 problem(s) in the declaration:")
