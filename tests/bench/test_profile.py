"""The profile reads seconds by table and requests."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from rich.console import Console

from bench import profile
from bench.measure import NAMES
from bench.profile import seconds_by_table
from lake import naming
from lake.model.discovery import load_domain

SHOP = load_domain("ecommerce")


def test_seconds_of_all_runs_are_added_by_table(tmp_path: Path) -> None:
    for execution, seconds in (("x1", {"orders": 1.5}), ("x2", {"orders": 2.0, "plan": 0.5}), ("x3", None)):
        key = naming.run_detail_key(SHOP.name, execution, "processed_to_curated")
        file = tmp_path / "s3" / NAMES.processed_bucket / key
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"seconds_per_table": seconds} if seconds else {}))
    assert seconds_by_table(tmp_path, SHOP) == {"orders": 3.5, "plan": 0.5}


def test_requests_are_listed_by_role_and_action() -> None:
    requests = Counter({("arn:aws:iam::1:role/jobs", "PutObject"): 1200, ("", "GetObject"): 3})
    console = Console(record=True, width=100)
    console.print(profile._of_requests(requests))
    lines = [" ".join(line.replace("│", " ").split()) for line in console.export_text().splitlines()]
    assert "administrator GetObject 3" in lines
    assert "jobs PutObject 1,200" in lines
