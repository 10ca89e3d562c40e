"""The estimate as text, and the prediction beside what was measured."""

from __future__ import annotations

import pytest

from infra.ops.costs import against, estimate, sections, total
from tests.infra.assembly import Assembly


def test_estimate_has_every_section_with_its_sum(dev: Assembly) -> None:
    text = estimate(dev.outdir)
    for section in sections(dev.outdir):
        assert f"{section.title}: ${total(section.lines):.2f}" in text
        assert all(line.what in text for line in section.lines)


def test_switches_that_are_off_have_their_price(dev: Assembly) -> None:
    text = estimate(dev.outdir)
    assert "continuous would cost $112.42 a month" in text
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
    lines = against({job: (2, 0.05), crawler: (1, 0.2)}, dev.outdir).splitlines()[1:]
    assert [" ".join(line.split()) for line in lines] == [
        f"$ 0.0500 predicted $ 0.0411 {job}, 2 runs",
        f"$ 0.2000 predicted $ 0.1469 {crawler}, 1 runs",
    ]
    assert pytest.approx(0.0411, abs=1e-4) == 2 * 2 * 2 / 60 * 0.308
