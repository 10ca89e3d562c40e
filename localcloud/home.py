"""The home folder of a local cloud: what a start refuses and removes, and whether its runs will be short."""

from __future__ import annotations

import shutil
from pathlib import Path

from lake.naming import Names
from localcloud.context import ACCOUNT, REGION
from localcloud.errors import LocalCloudError

SHORT_BYTES = 20_000_000
"""Files up to this size take Spark so little time that optimised machine code does not pay off."""


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


def is_short(home: Path, env: str, landing: Path) -> bool:
    """Return whether the files to upload, and those that the lake in the home folder has, are few."""
    raw = home / "s3" / Names(env=env, account=ACCOUNT, region=REGION).raw_bucket
    return _bytes_below(landing) + _bytes_below(raw) <= SHORT_BYTES


def _bytes_below(folder: Path) -> int:
    """Return the size of all files in a folder and its subfolders."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
