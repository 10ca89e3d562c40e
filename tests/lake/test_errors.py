"""Messages of errors state the place, the problem and the remedy."""

from __future__ import annotations

import pytest

from lake.errors import AccountingError, CaudalError, DeclarationError, NameTooLongError, UnknownNameError

SHORTEN = "Shorten the domain's or the environment's name."


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CaudalError("it broke."), "it broke."),
        (CaudalError("it broke.", where="line 3"), "line 3: it broke."),
        (CaudalError("it broke.", hint="Fix it."), "it broke. Fix it."),
        (CaudalError("it broke.", where="line 3", hint="Fix it."), "line 3: it broke. Fix it."),
        (AccountingError("a row is gone.", where="shop.orders"), "shop.orders: a row is gone."),
        (UnknownNameError("table", "x", ["a", "b"]), "there is no table 'x'. Known: a, b."),
        (UnknownNameError("table", "x", []), "there is no table 'x'. Known: none."),
        (
            DeclarationError("shop", ["one", "two"]),
            "domain shop: 2 problem(s) in the declaration:\n  - one\n  - two",
        ),
        (
            NameTooLongError("role", "caudal", 5),
            f"the role name 'caudal' has 6 characters, the limit is 5. {SHORTEN}",
        ),
    ],
)
def test_message_joins_place_problem_and_remedy(error: CaudalError, message: str) -> None:
    assert str(error) == message
    assert isinstance(error, CaudalError)


def test_error_keeps_its_parts_as_fields() -> None:
    error = UnknownNameError("table", "x", ["a"])
    assert (error.kind, error.name, error.known) == ("table", "x", ("a",))
    assert DeclarationError("shop", ["one"]).problems == ("one",)
    assert CaudalError("it broke.", where="here").where == "here"
