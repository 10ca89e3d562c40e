"""Scripts and libraries of a job, fetched from S3 in the job's role and cached by content."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from localcloud.errors import LocalCloudError


class AssetError(LocalCloudError):
    """A script or library of a job cannot be read."""


def split_location(location: str) -> tuple[str, str]:
    """Return bucket and key of an `s3://bucket/key` location. Raises AssetError for any other location."""
    parts = urlsplit(location)
    if parts.scheme not in ("s3", "s3a") or not parts.netloc:
        raise AssetError(
            "this is not an S3 location.", where=location, hint="Write it as s3://<bucket>/<key>."
        )
    return parts.netloc, parts.path.lstrip("/")


def fetch(s3: Any, location: str, folder: Path) -> Path:
    """Return the path of a local copy of the object: `<folder>/<etag>/<file name>`, written once per content.

    Raises AssetError when the object does not exist or the role may not read it.
    """
    bucket, key = split_location(location)
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        raise AssetError(
            f"the object cannot be read: {error}",
            where=location,
            hint="Deploy the job's assets, or grant its role s3:GetObject.",
        ) from error
    target = folder / str(answer["ETag"]).strip('"') / Path(key).name
    with answer["Body"] as body:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            partial = target.with_name(f".{target.name}.part")
            partial.write_bytes(body.read())
            partial.replace(target)
    return target


def import_path(library: Path) -> str:
    """Return the import path entry of an `--extra-py-files` library: a zip itself, or a module's folder."""
    return str(library.parent if library.suffix == ".py" else library)
