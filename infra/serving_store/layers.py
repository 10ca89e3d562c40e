"""AWS's managed layer with awswrangler and pyarrow: which version of it each region has."""

from __future__ import annotations

from lake.errors import UnknownNameError

PUBLISHER = "336392948345"
"""The account that publishes AWS SDK for pandas."""

LAYER = "AWSSDKPandas-Python313"

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
"""Region → a version (x86_64) that is known to exist there. Versions are numbered by region and never
change. An older one does: since its first version the layer for Python 3.13 reads Parquet in chunks of
Arrow types, which is all that is used of it. To add a region, look it up on
https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html."""


def pandas_layer(region: str, partition: str) -> str:
    """ARN of the layer in a region. Raises UnknownNameError for a region that is not in the table."""
    if region not in VERSIONS:
        raise UnknownNameError(
            "region with a known pandas layer (infra/serving_store/layers.py)", region, sorted(VERSIONS)
        )
    return f"arn:{partition}:lambda:{region}:{PUBLISHER}:layer:{LAYER}:{VERSIONS[region]}"
