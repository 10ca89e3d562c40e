"""Every region of RDS has the certificates of its authorities."""

from __future__ import annotations

import ssl
from typing import Any

import pytest

from glue_jobs.relational.authority import authorities
from glue_jobs.relational.errors import RelationalError


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "sa-east-1", "ap-southeast-3"])
def test_every_region_has_authorities(region: str) -> None:
    context = ssl.create_default_context(cadata=authorities(region))
    subjects: list[Any] = [found["subject"] for found in context.get_ca_certs()]
    common = [value for subject in subjects for ((name, value),) in subject if name == "commonName"]
    assert sorted(common) == [
        f"Amazon RDS {region} Root CA {kind} G1" for kind in ("ECC384", "RSA2048", "RSA4096")
    ]


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(RelationalError, match=r"no CA bundle for the region mars-1.*truststore"):
        authorities("mars-1")
