"""Benchmarks find the domain of the judged model by its declaration."""

from __future__ import annotations

import pytest

from bench.models import judged
from bench.models.judged import of_domain
from lake.errors import CaudalError


def test_modules_are_those_of_the_domain_with_the_model() -> None:
    assert of_domain("anomaly.model").__name__ == "domains.cloud_provider.anomaly.model"
    assert of_domain("training").__name__ == "domains.cloud_provider.training.cost_anomaly"


def test_without_such_a_domain_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judged, "load_domains", lambda: ())
    with pytest.raises(CaudalError, match="no domain has a model of anomalies"):
        of_domain("training")
