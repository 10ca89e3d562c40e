"""The regions whose databases the jobs can verify: those whose certificates are shipped beside the job."""

from __future__ import annotations

from pathlib import Path

from infra.foundation.config import ConfigError

FOLDER = "glue_jobs/relational/authorities"
BUNDLES = "https://truststore.pki.rds.amazonaws.com"


def check_authorities(root: Path, region: str) -> None:
    """Raise ConfigError if the checkout in `root` has no certificates for databases of a region."""
    known = sorted(path.stem for path in (root / FOLDER).glob("*.pem"))
    if region not in known:
        raise ConfigError(
            f"the certificates that sign databases in {region} are not known: no load could connect.",
            where=f"{FOLDER}/{region}.pem",
            hint=f"Add the region's bundle ({BUNDLES}/{region}/{region}-bundle.pem) under this name, deploy "
            f"without --relational, or choose one of {', '.join(known)}.",
        )
