"""The modules of trained models: `train` takes the inputs and the champion, and marts take the model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lake.errors import DeclarationError
from lake.model.columns import text
from lake.model.models import Fingerprint, Model
from lake.model.modules import check_domains
from lake.model.spec import Domain
from tests.lake.model.test_modules import DAILY, FILES, library, path, write

__all__ = ["path"]

USUAL = Model(
    name="usual_loans",
    description="Usual loans.",
    inputs=("loans_by_day", "books"),
    fingerprint=Fingerprint(mart="loans_by_day", dated_by="lent_on", columns=("lent_on", "loans")),
    key=("genre",),
    parameters=(text("genre", "Genre."),),
)
TRAINED = {
    **FILES,
    "gold/odd_days.py": "def build(loans_by_day, usual_loans): ...\n",
    "training/usual_loans.py": "def train(loans_by_day, books, champion): ...\n",
}


def trained(name: str) -> Domain:
    odd = replace(DAILY, name="odd_days", inputs=("loans_by_day",), model="usual_loans")
    return replace(library(name), marts=(DAILY, odd), models=(USUAL,))


def test_trained_model_has_a_training_and_marts_take_it(path: Path) -> None:
    write(path, "modules_trained", TRAINED)
    check_domains([trained("modules_trained")])


TRAINING_MISTAKES: dict[str, tuple[dict[str, str | None], str]] = {
    "training_missing": (
        {"training/usual_loans.py": None},
        (
            "model usual_loans: training/usual_loans.py is missing: write it with train(loans_by_day, books, "
            "champion)"
        ),
    ),
    "training_without_train": (
        {"training/usual_loans.py": "def fit(loans_by_day, books, champion): ..."},
        (
            "model usual_loans: training/usual_loans.py defines no function train: write "
            "train(loans_by_day, books, champion)"
        ),
    ),
    "training_without_champion": (
        {"training/usual_loans.py": "def train(loans_by_day, books): ..."},
        (
            "model usual_loans: training/usual_loans.py defines train(loans_by_day, books), but the job "
            "passes the declared inputs by name: write train(loans_by_day, books, champion), or correct the "
            "declaration"
        ),
    ),
    "training_undeclared": (
        {"training/others.py": "def train(): ..."},
        ("training/others.py defines train, but there is no model 'others': declare it, or rename the file"),
    ),
    "mart_without_its_model": (
        {"gold/odd_days.py": "def build(loans_by_day): ..."},
        (
            "mart odd_days: gold/odd_days.py defines build(loans_by_day), but the job passes the declared "
            "inputs by name: write build(loans_by_day, usual_loans), or correct the declaration"
        ),
    ),
}


@pytest.mark.parametrize("mistake", TRAINING_MISTAKES)
def test_mistake_about_a_model_is_refused_with_its_remedy(path: Path, mistake: str) -> None:
    files, problem = TRAINING_MISTAKES[mistake]
    name = f"modules_{mistake}"
    write(path, name, {**TRAINED, **files})
    with pytest.raises(DeclarationError) as error:
        check_domains([trained(name)])
    assert f"{name}: {problem}" in error.value.problems
