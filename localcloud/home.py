"""The home folder of a local cloud: refuse one that an older version of the project has written."""

from __future__ import annotations

from pathlib import Path

from localcloud.errors import LocalCloudError


def require_own_ledger(home: Path) -> None:
    """Raise LocalCloudError if the ledger lies in the processed bucket, where earlier versions kept it.

    The jobs would find an empty ledger, take every batch for the leftover of a killed run, and delete it.
    """
    for folder in home.glob("s3/*-processed-*/_ledger"):
        raise LocalCloudError(
            "an earlier version of the project has written this folder: its ledger lies in the processed "
            "bucket.",
            where=str(folder),
            hint=f"Use another folder (--home DIR), or delete this one (`rm -r {home}`); then upload the "
            f"files again. {home / 's3'} has those that were uploaded, in the raw bucket's folder.",
        )
