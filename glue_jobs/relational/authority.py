"""The certificates of the authorities that sign RDS instances, by region."""

from __future__ import annotations

from importlib.resources import files

from glue_jobs.relational.errors import RelationalError


def authorities(region: str) -> str:
    """Return the certificates of the authorities that sign databases of a region. Raises RelationalError."""
    file = files("glue_jobs.relational.authorities") / f"{region}.pem"
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError as error:
        raise RelationalError(
            f"there is no CA bundle for the region {region}.",
            where="glue_jobs/relational/authorities",
            hint="Add the region's bundle from https://truststore.pki.rds.amazonaws.com/ and deploy.",
        ) from error
