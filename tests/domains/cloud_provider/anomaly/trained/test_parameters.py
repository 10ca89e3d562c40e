"""Parameters and candidates of the trained model."""

from __future__ import annotations

from domains.cloud_provider.anomaly.trained.parameters import CANDIDATES, MOST_LEVEL_COSTS, TRAINED_PARAMETERS
from domains.cloud_provider.models import COST_ANOMALY


def test_candidates_are_different_rows_of_the_parameters() -> None:
    names = {column.name for column in COST_ANOMALY.parameters}
    assert names == {column.name for column in TRAINED_PARAMETERS}
    assert all(candidate.keys() == names for candidate in CANDIDATES)
    assert len({tuple(candidate.values()) for candidate in CANDIDATES}) == len(CANDIDATES)
    assert max(candidate["level_costs"] or 0 for candidate in CANDIDATES) == MOST_LEVEL_COSTS
