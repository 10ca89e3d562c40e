"""AWS's managed layer with pandas and pyarrow: which version of it each region has."""

from __future__ import annotations

from lake.errors import UnknownNameError

PUBLISHER = "336392948345"
"""The account that publishes AWS SDK for pandas."""

LAYER = "AWSSDKPandas-Python313"

VERSIONS = {
    "af-south-1": 11,
    "ap-south-1": 1,
    "ap-southeast-2": 1,
    "eu-west-2": 2,
    "eu-west-3": 3,
    "us-east-1": 14,
    "us-east-2": 1,
    "us-west-2": 2,
}
"""Region → a version (x86_64) that is known to exist there. Versions are numbered by region and never
change; an older one does, since of the layer only pyarrow is used. To add a region, look it up on
https://aws-sdk-pandas.readthedocs.io/en/stable/layers.html."""


def pandas_layer(region: str, partition: str) -> str:
    """ARN of the layer in a region. Raises UnknownNameError for a region that is not in the table."""
    if region not in VERSIONS:
        raise UnknownNameError("region with a known pandas layer (infra/layers.py)", region, sorted(VERSIONS))
    return f"arn:{partition}:lambda:{region}:{PUBLISHER}:layer:{LAYER}:{VERSIONS[region]}"
