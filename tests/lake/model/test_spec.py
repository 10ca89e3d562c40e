"""A domain validates itself, and one module exports all classes of a declaration."""

from __future__ import annotations

import pytest

from lake.errors import DeclarationError
from lake.model import checks, columns, declaration, marts, models, spec, tables
from lake.model.columns import bigint
from lake.model.spec import Domain, Table

ID = bigint("id", "Identifies it.")


def test_consistent_domain_can_be_created() -> None:
    table = Table(name="books", description="Books.", key=("id",), columns=(ID,))
    assert Domain(name="library", description="A library.", tables=(table,)).table("books") is table


def test_domain_with_a_contradiction_cannot_be_created() -> None:
    table = Table(name="books", description="Books.", key=(), columns=(ID,))
    with pytest.raises(DeclarationError, match="domain library: 1 problem") as caught:
        Domain(name="library", description="A library.", tables=(table,))
    assert caught.value.problems == ("table books: has no key",)


def test_module_exports_the_classes_of_a_declaration() -> None:
    defined = {
        name: getattr(module, name)
        for module in (checks, columns, declaration, marts, models, tables)
        for name in spec.__all__
        if getattr(getattr(module, name, None), "__module__", "") == module.__name__
    }
    assert {name: getattr(spec, name) for name in spec.__all__} == {**defined, "Domain": Domain}
