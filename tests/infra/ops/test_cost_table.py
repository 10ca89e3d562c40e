from __future__ import annotations

import json
from pathlib import Path

from infra.ops import cost_table
from tests.infra.assembly import Assembly


def test_page_has_the_figures_of_the_estimate(tmp_path: Path) -> None:
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {}}
    (tmp_path / "one.template.json").write_text(json.dumps({"Resources": {"A": alarm, "B": alarm}}))
    lines = cost_table.pages({"dev": tmp_path})[cost_table.PAGE].splitlines()
    assert "## dev" in lines
    assert "| 2 × AWS::CloudWatch::Alarm | $0.2000 |" in lines
    assert "| **total** | **$0.20** |" in lines


def test_written_page_does_not_drift(tmp_path: Path) -> None:
    assert cost_table.drift({}, tmp_path) == [f"{cost_table.PAGE} is missing"]
    cost_table.write({}, tmp_path)
    assert cost_table.drift({}, tmp_path) == []


def test_committed_page_is_up_to_date(dev: Assembly, prod: Assembly) -> None:
    assert cost_table.drift({"dev": dev.outdir, "prod": prod.outdir}) == []
