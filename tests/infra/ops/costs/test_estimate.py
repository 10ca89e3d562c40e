"""The estimate as text, and the prediction beside what was measured."""

from __future__ import annotations

import pytest

from infra.ops.costs import against, estimate, sections, total
from infra.ops.costs.measured import predicted
from infra.ops.costs.stacks import stacks
from tests.infra.assembly import Assembly


def test_estimate_has_every_section_with_its_sum(dev: Assembly) -> None:
    text = estimate(dev.outdir)
    for section in sections(dev.outdir):
        assert f"{section.title}: ${total(section.lines):.2f}" in text
        assert all(line.what in text for line in section.lines)


def test_switches_that_are_off_have_their_price(dev: Assembly) -> None:
    text = estimate(dev.outdir)
    assert "continuous would cost $191.26 a month" in text
    assert "key of each domain would cost $2.00 a month more (--encrypted-logs; off by default)" in text
    assert "Glue's metrics of every job run would cost $0.0247 a run" in text
    assert (
        "Dashboards in QuickSight would cost $24.00 a month for an author and $3.00 for each reader "
        "(--quicksight; off by default)."
    ) in text


def test_quicksight_has_its_price_and_those_of_its_users(serving: Assembly) -> None:
    text = estimate(serving.outdir)
    assert "$ 24.0000  one author of QuickSight, 10 GB of SPICE included" in text
    assert "QuickSight: $24.00 a month for an author and $3.00 for each reader, $0.38/GB of SPICE" in text
    assert "off by default" in text
    assert "Dashboards in QuickSight would cost" not in text


def test_prediction_stands_beside_what_was_measured(dev: Assembly) -> None:
    job, crawler = "caudal-dev-ecommerce-raw-to-processed", "caudal-dev-ecommerce-curated-crawler"
    training = "caudal-dev-cloud-provider-train-anomaly-model"
    measured = {job: (2, 0.05), training: (1, 0.07), crawler: (1, 0.2)}
    lines = against(measured, dev.outdir).splitlines()[1:]
    [found] = [each for stack in stacks(dev.outdir) for each in stack.jobs if each.name == job]
    prediction = predicted(found)
    assert prediction is not None
    dollars = 2 * 0.308 * prediction.dpu_seconds / 3600
    assert [" ".join(line.split()) for line in lines] == [
        f"$ 0.0500 predicted $ {dollars:.4f} {job}, 2 runs",
        # Five minutes on two DPUs: nothing is recorded of trainings.
        f"$ 0.0700 predicted $ 0.0513 {training}, 1 runs",
        f"$ 0.2000 predicted $ 0.1469 {crawler}, 1 runs",
    ]
    assert pytest.approx(0.0513, abs=1e-4) == 5 * 2 / 60 * 0.308
