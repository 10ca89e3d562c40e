"""A stream of bad events is held, reported and quarantined, and published once it is released."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from glue_jobs.ledger.ledger import Ledger
from glue_jobs.runtime.store import S3Store
from localcloud.context import ACCOUNT
from localcloud.server import LocalCloud
from tests.e2e.lakehouse import Lakehouse

TABLE = "usage_events"
EVENTS = "".join(json.dumps({"event_id": f"bad{number}", "value": -1}) + "\n" for number in range(30))


def test_stream_of_bad_events_is_held_until_it_is_released(cloud: LocalCloud, tmp_path: Path) -> None:
    """All events are bad, so that the test leaves no rows for other tests."""
    provider = Lakehouse(cloud, "cloud_provider")
    provider.drop(tmp_path, {f"{TABLE}/bad.jsonl": EVENTS})
    cloud.fire_schedule(provider.names.schedule("cloud_provider", f"stream_{TABLE}"))
    cloud.wait_idle()
    cloud.fire_schedule(provider.names.schedule("cloud_provider", "pipeline"))
    cloud.wait_idle()

    assert provider.executions()[0] == "FAILED"
    subject = "Caudal cloud_provider: failed"
    [message] = [each for each in provider.notifications() if each["subject"] == subject]
    assert f"The stream {TABLE} is held. {TABLE}: 30 of 30 rows (100.00%)" in str(message)
    counted = f"SELECT count(*) FROM {TABLE} WHERE contains(failed_checks, 'value.range')"
    assert provider.query(counted, layer="quarantine") == [("30",)]

    steward = f"arn:aws:iam::{ACCOUNT}:role/{provider.names.steward_role}"
    store = S3Store(cloud.client("s3", steward))
    ledger = Ledger(store, provider.names.ledger_bucket, "cloud_provider")
    [hold] = ledger.view().open_holds
    assert ledger.release(hold.hold_id, by="test", at=datetime.now(UTC))
    provider.start()
    cloud.wait_idle()
    assert provider.executions()[0] == "SUCCEEDED"
