"""Objects of other programs, corrections that are taken back, and documents over a limit stop nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lake import naming
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import WAIT_SECONDS, Lakehouse
from tests.toy.drops import HEAD

TABLE = "usage_events"
DAY = "2025-08-01"
SALE = "{},91,2023-05-05,{},shop\n"
AMOUNTS = "SELECT sale_id, amount FROM sales_enriched WHERE sale_id BETWEEN {} AND {} ORDER BY 1"
ODD = {
    "sales//branch7/sales_x.csv": "file.name: the key has an empty part",
    "sales/./sales_x.csv": "file.name: the key has a part . or ..",
    "sales/a/../sales_x.csv": "file.name: the key has a part . or ..",
    f"sales/{'x' * 256}/sales_x.csv": "file.name: a part of the name is longer than 255 bytes",
    "sales/sales_folder.csv": "file.name: the key is also the folder of another object",
    "sales/sales_folder.csv/sales_below.csv": "file.name: the key lies below another object's key",
}


@pytest.fixture(scope="module")
def makers(toy: Lakehouse, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The maker of the sales: without its country nothing would be served."""
    toy.drop(tmp_path_factory.mktemp("makers"), {"makers_unusual.csv": HEAD["makers"] + "91,Uma,FI\n"})


def event(number: int, org: str) -> str:
    values = {
        "event_id": f"unusual{number}", "timestamp": f"{DAY}T00:00:00Z", "org_id": org, "resource_id": "r1",
        "service": "compute", "region": "us-east", "metric": "requests", "value": 1, "unit": "count",
        "cost_usd_increment": 0.5, "schema_version": 1,
    }  # fmt: skip
    return json.dumps(values) + "\n"


@pytest.fixture(scope="module")
def provider(cloud: LocalCloud) -> Lakehouse:
    return Lakehouse(cloud, "cloud_provider")


def stream(lakehouse: Lakehouse) -> dict[str, Any]:
    """Run the stream's job and return its summary."""
    name = lakehouse.names.schedule(lakehouse.domain.name, f"stream_{TABLE}")
    run = lakehouse.cloud.fire_schedule(name)["JobRunId"]
    lakehouse.cloud.wait_idle(WAIT_SECONDS)
    key = naming.run_key(lakehouse.domain.name, run, "stream_to_bronze")
    body = lakehouse.cloud.client("s3").get_object(Bucket=lakehouse.names.processed_bucket, Key=key)["Body"]
    summary: dict[str, Any] = json.load(body)
    return summary


def events_of(lakehouse: Lakehouse, org: str) -> int:
    """Return how many events of DAY the speed view serves for an organisation."""
    document = lakehouse.served("org_daily_usage_by_service")[f"org|{org}|{DAY[:4]}{DAY[5:7]}|speed"]
    days = document["days"]
    return int(days["totals"][DAY]["compute"][days["columns"].index("events")])


def test_overwritten_object_and_document_over_a_limit_of_a_stream(provider: Lakehouse) -> None:
    key = f"{provider.domain.name}/{TABLE}/unusual.jsonl"
    long = "o" * 9_000
    provider.put(key, event(1, "unusual-a") + event(2, long))
    first = stream(provider)
    assert (first["rows_bronze"], first["refused_documents"], first["overwritten_files"]) == (2, 1, [])
    assert "The serving store refuses 1 documents of the speed view" in first["message"]
    assert events_of(provider, "unusual-a") == 1

    provider.put(key, event(1, "unusual-a") + event(2, long) + event(3, "unusual-a") + event(4, "unusual-b"))
    second = stream(provider)
    assert (second["rows_bronze"], second["overwritten_files"]) == (4, [key])
    assert "1 raw objects were overwritten under their keys" in second["message"]
    assert (events_of(provider, "unusual-a"), events_of(provider, "unusual-b")) == (2, 1)
    assert [each["rows_bronze"] for each in provider.files()[key]] == [2, 4]
    assert stream(provider)["status"] == "NOTHING_NEW"


@pytest.mark.usefixtures("makers")
def test_odd_keys_are_rejected_and_the_good_file_beside_them_is_published(toy: Lakehouse) -> None:
    for number, path in enumerate(ODD):
        toy.put(f"toy/{path}", HEAD["sales"] + SALE.format(9100 + number, "1.00"))
    toy.put("toy/sales/sales_good.csv", HEAD["sales"] + SALE.format(9190, "7.00"))
    toy.cloud.wait_idle(WAIT_SECONDS)
    found = toy.files()
    for path, reason in ODD.items():
        [entry] = found[f"toy/{path}"]
        assert entry["reason"].startswith(reason)
    assert toy.query(AMOUNTS.format(9100, 9190)) == [("9190", "7.00")]
    assert toy.executions()[0] == "SUCCEEDED", json.dumps(toy.notifications()[-2:])


@pytest.mark.usefixtures("makers")
def test_correction_is_taken_back_by_sending_the_first_file_again(toy: Lakehouse, tmp_path: Path) -> None:
    first, second = (
        {"sales_fix.csv": HEAD["sales"] + SALE.format(9200, each)} for each in ("10.00", "20.00")
    )
    steps = ((first, False, "10.00"), (second, False, "20.00"), (first, True, "10.00"))
    for files, again, amount in steps:
        assert toy.drop(tmp_path, files, again=again).is_complete
        assert toy.executions()[0] == "SUCCEEDED", json.dumps(toy.notifications()[-1])
        assert toy.query(AMOUNTS.format(9200, 9200)) == [("9200", amount)]
