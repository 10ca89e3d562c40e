"""Running totals in speed documents: set per row, repeatable, one request per document."""

from __future__ import annotations

import pytest

from serving.client.errors import RefusedError
from serving.client.requests import Requests
from serving.publish.errors import PublishingError
from serving.publish.speed import SpeedView, property_name
from tests.serving.publish.conftest import EMBEDDED, MART, NAME, PERIOD, ROWS, Shop, row


def view(shop: Shop) -> SpeedView:
    """A speed view whose collection exists."""
    shop.publish([])
    collection = shop.publisher().database.get_collection(NAME)
    return SpeedView(mart=MART, collection=EMBEDDED, requests=Requests(collection))


def test_totals_of_a_document_take_one_request(shop: Shop) -> None:
    speed = view(shop)
    shop.server.requests.clear()
    assert speed.upsert("org", [row("a", 1), row("a", 2, "genai"), row("b", 2)]) == 2
    assert shop.server.count() == 2


def test_document_holds_totals_by_day_and_the_newest_day(shop: Shop) -> None:
    view(shop).upsert("org", [row("a", 1), row("a", 2, cost=None)])
    (document,) = shop.stored().values()
    assert document["_id"] == f"org|a|{PERIOD}|speed"
    assert (document["part"], document["until"], document["period"]) == ("speed", 20250802, PERIOD)
    assert document["days"] == {
        "columns": ["day", "service", "cost", "events"],
        "totals": {
            "2025-08-01": {"compute": ["2025-08-01", "compute", "1.500000", 1]},
            "2025-08-02": {"compute": ["2025-08-02", "compute", None, 1]},
        },
    }


def test_repeated_totals_change_nothing(shop: Shop) -> None:
    speed = view(shop)
    speed.upsert("org", [row("a", 1)])
    before = shop.stored()
    speed.upsert("org", [row("a", 1)])
    assert shop.stored() == before


def test_all_totals_are_deleted_and_published_documents_stay(shop: Shop) -> None:
    speed = view(shop)
    shop.publish([row("a", 1)])
    published = shop.stored()
    speed.upsert("org", [row("a", 2), row("b", 2)])
    speed.clear()
    assert shop.stored() == published != {}


def test_collection_without_speed_view_raises(shop: Shop) -> None:
    requests = Requests(shop.publisher().database.get_collection(NAME))
    speed = SpeedView(mart=MART, collection=ROWS, requests=requests)
    with pytest.raises(PublishingError, match="shape 'row' has no speed view"):
        speed.upsert("row", [row("a", 1)])
    assert shop.server.count() == 0


@pytest.mark.parametrize(
    ("value", "name"), [("compute", "compute"), ("db.x$", "db_2ex_24"), ("a_b", "a_5fb"), ("ñ", "_c3_b1")]
)
def test_property_names_hold_no_operators(value: str, name: str) -> None:
    assert property_name(value) == name


def test_document_over_a_limit_is_refused_and_counted_and_the_others_are_written(shop: Shop) -> None:
    speed = view(shop)
    long = "x" * 9_000
    assert speed.upsert("org", [row("a", 1), row(long, 1), row("b", 1)]) == 2
    assert sorted(document["org"] for document in shop.stored().values()) == ["a", "b"]
    [(name, reason)] = speed.refused.items()
    assert name.startswith("org|xxx")
    assert "exceeds maximum allowed (8000 bytes)" in reason


def test_document_that_grew_over_a_limit_is_refused_by_the_store(shop: Shop) -> None:
    speed = view(shop)
    for first in range(0, 1_000, 400):
        services = [f"s{number}" for number in range(first, first + 400)]
        speed.upsert("org", [*(row("a", 1, service) for service in services), row("b", 1)])
    assert speed.refused.keys() == {f"org|a|{PERIOD}|speed"}
    assert {document["org"] for document in shop.stored().values()} == {"a", "b"}


def test_refusal_of_the_whole_request_is_raised(shop: Shop) -> None:
    speed = view(shop)
    database = shop.publisher().database
    database.drop_collection(NAME)
    with pytest.raises(RefusedError):
        speed.upsert("org", [row("a", 1)])
    assert speed.refused == {}
