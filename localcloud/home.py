"""The home folder of a local cloud: refuse one that an older version of the project has written."""

from __future__ import annotations

import shutil
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


def remove_unfinished(home: Path) -> None:
    """Delete what Spark was writing when an earlier local cloud ended: temporary folders, empty staged files.

    To be called while no job runs. The next run of a job stages everything anew.
    """
    for folder in list((home / "s3").glob("*/**/_temporary")):
        shutil.rmtree(folder, ignore_errors=True)
    for name in ("_staging", "_staged"):
        for folder in (home / "s3").glob(f"*/**/{name}"):
            for file in folder.rglob("*"):
                if file.is_file() and not file.stat().st_size:
                    file.unlink(missing_ok=True)
