"""The layer of AWS SDK for pandas in each region."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.foundation.config import LOCAL, config_for
from infra.serving_store.layers import DOCUMENTATION, VERSIONS, LayerError, pandas_layer
from lake.model.discovery import load_domain
from tests.infra.conftest import STREAMER, synthesised


def test_arn_has_the_regions_version_and_the_partition() -> None:
    assert pandas_layer("eu-north-1", "aws") == (
        f"arn:aws:lambda:eu-north-1:336392948345:layer:AWSSDKPandas-Python313:{VERSIONS['eu-north-1']}"
    )


def test_region_without_a_known_layer_fails_at_synth(tmp_path: Path) -> None:
    config = config_for("dev", serving=LOCAL)
    with pytest.raises(LayerError, match=f"{DOCUMENTATION} and add it there.*us-east-1"):
        synthesised(tmp_path, config=config, domains=(load_domain(STREAMER),), region="mars-north-1")
