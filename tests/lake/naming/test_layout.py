"""Keys of raw files, layers, partitions and staging."""

from __future__ import annotations

from datetime import UTC, datetime

from lake import naming


def test_raw_key_holds_table_content_and_path() -> None:
    key = naming.raw_key("shop", "orders", "0123456789abcdef", "month=11/orders 1.csv")
    assert key == "shop/orders/0123456789ab/month=11/orders 1.csv"
    assert key.startswith(naming.raw_content_prefix("shop", "orders", "0123456789abcdef"))
    assert key.startswith(naming.raw_prefix("shop", "orders"))
    assert key.startswith(naming.raw_prefix("shop"))


def test_file_that_is_sent_again_has_the_first_key_too() -> None:
    again = datetime(2025, 8, 1, 12, tzinfo=UTC)
    key = naming.raw_key("shop", "orders", "0123456789abcdef", "month=11/a-b.csv", again_at=again)
    assert naming.first_raw_key(key) == "shop/orders/0123456789ab/month=11/a-b.csv"
    assert naming.first_raw_key("shop/notes-1.txt") == "shop/notes-1.txt"


def test_layers_and_partitions_have_prefixes() -> None:
    assert naming.layer_prefix("bronze", "shop", "orders") == "bronze/shop/orders/"
    assert naming.layer_prefix("gold", "shop", "sales") == "shop/sales/"
    assert naming.layer_root("gold", "shop") == "shop/"
    assert naming.layer_root("silver", "shop") == "silver/shop/"
    assert naming.layer_root("quarantine", "shop").startswith(naming.QUARANTINE)
    assert naming.batch_prefix("quarantine", "shop", "orders", "b-1") == "quarantine/shop/orders/batch=b-1/"
    assert naming.month_partition(2025, 1) == "year=2025/month=1/"
    assert naming.year_partition(2025) == "year=2025/"


def test_staged_files_belong_to_an_execution() -> None:
    assert naming.staging_prefix("shop", "x1") == "_staging/shop/x1/"
    assert naming.staging_root("shop") == "_staging/shop/"


def test_event_logs_belong_to_a_job() -> None:
    assert naming.spark_ui_prefix("shop", "stream_events") == "spark-ui/shop/stream_events/"


def test_part_files_are_numbered_with_five_digits() -> None:
    assert naming.part_file(0) == "part-00000.parquet"
    assert naming.part_file(12) == "part-00012.parquet"


def test_running_totals_lie_in_the_speed_layer() -> None:
    assert naming.speed_prefix("shop", "events") == "speed/shop/events/"
