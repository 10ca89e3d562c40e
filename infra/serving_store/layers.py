"""Versions by region of AWS's managed Lambda layer with awswrangler and pyarrow."""

from __future__ import annotations

from lake.errors import CaudalError

PUBLISHER = "336392948345"
"""The AWS account that publishes the layer of AWS SDK for pandas."""

LAYER = "AWSSDKPandas-Python313"
DOCUMENTATION = "https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html"

VERSIONS = {
    # Listed in the documentation of AWS SDK for pandas 3.16 and later.
    "af-south-1": 11,
    "us-east-1": 14,
    # Deployed by at least two independent public projects.
    "ap-south-1": 1,
    "eu-north-1": 9,
    "eu-west-1": 1,
    "eu-west-2": 2,
    "us-east-2": 1,
}
"""Region → a version (x86_64) that is known to exist there. Each region numbers its versions on its own, and
a version never changes. An older version is sufficient: the publisher only reads Parquet with pyarrow. The
layer for Python 3.13 exists since AWS SDK for pandas 3.11.0, which has pyarrow 18.1.0 (its release notes);
`ParquetFile` with `pre_buffer`, `iter_batches` and `schema_arrow` is older. DOCUMENTATION lists other
regions."""


class LayerError(CaudalError):
    """The layer's version in a region is not known."""


def pandas_layer(region: str, partition: str) -> str:
    """Return the layer's ARN in a region. Raises LayerError if VERSIONS lacks the region."""
    if region not in VERSIONS:
        raise LayerError(
            f"the version of the layer {LAYER} in {region} is not known.",
            where="VERSIONS in infra/serving_store/layers.py",
            hint=f"Look it up on {DOCUMENTATION} and add it there, deploy without --serving, or choose one "
            f"of {', '.join(sorted(VERSIONS))}.",
        )
    return f"arn:{partition}:lambda:{region}:{PUBLISHER}:layer:{LAYER}:{VERSIONS[region]}"
