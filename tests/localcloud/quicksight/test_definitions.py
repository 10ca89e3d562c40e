"""A dashboard fails if its definition names what its datasets do not have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.localcloud.quicksight.quicksight import OF, dashboard, dataset


@pytest.fixture(scope="module")
def shown(client: Any) -> Any:
    """The client; the dataset `shown` exists."""
    client.create_data_set(**dataset("shown"))
    return client


@pytest.mark.parametrize(
    ("id", "given", "kind", "message"),
    [
        ("a", dashboard("a", "missing"), "DATA_SET_NOT_FOUND", "dataset/missing does not exist"),
        ("b", dashboard("b", "shown", "price"), "COLUMN_REPLACEMENT_MISSING", "costs has no column price"),
        ("c", dashboard("c", "shown", ParameterDeclarations=[]), "PARAMETER_NOT_FOUND", "there is no Back"),
        (
            "d",
            dashboard(
                "d",
                "shown",
                CalculatedFields=[{"DataSetIdentifier": "costs", "Name": "x", "Expression": "sum({gone})"}],
            ),
            "COLUMN_REPLACEMENT_MISSING",
            "x reads gone, which costs lacks",
        ),
    ],
)
def test_dashboard_with_a_wrong_name_fails(
    shown: Any, id: str, given: dict[str, Any], kind: str, message: str
) -> None:
    assert shown.create_dashboard(**given)["CreationStatus"] == "CREATION_FAILED"
    found = shown.describe_dashboard_definition(**OF, DashboardId=id)
    assert found["ResourceStatus"] == "CREATION_FAILED"
    assert [each["Type"] for each in found["Errors"]] == [kind]
    assert message in found["Errors"][0]["Message"]
