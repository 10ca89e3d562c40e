"""Send one file to the raw bucket, and find the key of content that raw holds already."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lake.files.metadata import AGAIN, SHA256, UPLOADED_AT
from lake.naming import raw_content_prefix
from uploader.errors import UploadError, code_of
from uploader.files import Candidate

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 16 * 1024 * 1024
"""A larger file is sent in parts of this size, each held in memory."""

_MAX_PARTS = 10_000
_KEY_EXISTS = frozenset({"PreconditionFailed", "412"})
"""Codes with which S3 refuses to replace an object (If-None-Match)."""

_CONFLICT = frozenset({"ConditionalRequestConflict", "409"})
"""Codes with which S3 asks to repeat a conditional write: another writer's request had not ended."""

ATTEMPTS = 6
CONFLICT_SECONDS = 0.1
"""Pause before the second attempt of a conditional write; each further pause is twice as long."""


class AlreadyExistsError(UploadError):
    """Another upload wrote the same key in the meantime."""


def existing_key(client: S3Client, bucket: str, domain: str, candidate: Candidate) -> str | None:
    """Return the key under which raw holds the same bytes of the same table, None without one.

    Files of a stream may have equal bytes by chance, so for them only the candidate's own key counts.
    """
    prefix = raw_content_prefix(domain, candidate.table, candidate.sha256)
    listed = client.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    keys = [item["Key"] for item in listed if item["Size"] == candidate.file.size]
    same_path = [key for key in keys if key.removeprefix(prefix).partition("/")[2] == candidate.file.path]
    if candidate.key in keys:
        return candidate.key
    return next(iter(same_path if candidate.is_stream else keys), None)


def put_once(client: S3Client, bucket: str, key: str, body: bytes, metadata: Mapping[str, str]) -> bool:
    """Write a small object unless its key exists, and return whether it was written."""

    def put() -> None:
        client.put_object(Bucket=bucket, Key=key, Body=body, Metadata=dict(metadata), IfNoneMatch="*")

    try:
        _repeat_conflicts(put)
    except ClientError as error:
        if code_of(error) in _KEY_EXISTS:
            return False
        raise
    return True


def _repeat_conflicts(write: Callable[[], None]) -> None:
    """Write, and write again while another writer's request for the key has not ended."""
    for attempt in range(ATTEMPTS):
        try:
            write()
        except ClientError as error:
            if code_of(error) not in _CONFLICT or attempt == ATTEMPTS - 1:
                raise
            time.sleep(CONFLICT_SECONDS * 2**attempt)
        else:
            return


def send(
    client: S3Client,
    bucket: str,
    candidate: Candidate,
    *,
    uploaded_at: str,
    again: bool,
    sent: Callable[[int], None],
) -> None:
    """Write the file under its key, and call `sent` with the number of bytes after each part.

    `again` marks it as a new version, even if its bytes were ingested before. Raises AlreadyExistsError if
    the key exists, UploadError if the file changed while it was sent, OSError, ClientError.
    """
    metadata = {UPLOADED_AT: uploaded_at, SHA256: candidate.sha256} | ({AGAIN: "true"} if again else {})
    # Raw is immutable and two uploaders may run at the same time: S3 must refuse the second write of a key.
    condition: dict[str, Any] = {"IfNoneMatch": "*"}
    before = candidate.file.source.stat()
    is_small = candidate.file.size <= PART_BYTES

    def put() -> None:
        with candidate.file.source.open("rb") as body:
            if is_small:
                client.put_object(Bucket=bucket, Key=candidate.key, Body=body, Metadata=metadata, **condition)
            else:
                _send_parts(client, bucket, candidate, body, metadata, condition, sent)

    try:
        _repeat_conflicts(put)
        if is_small:
            sent(candidate.file.size)
    except ClientError as error:
        if code_of(error) in _KEY_EXISTS:
            raise AlreadyExistsError("another upload was faster.", where=candidate.key) from error
        raise
    after = candidate.file.source.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UploadError(
            "the file changed while it was uploaded.", hint="Upload it again when it is complete."
        )


def _send_parts(
    client: S3Client,
    bucket: str,
    candidate: Candidate,
    body: IO[bytes],
    metadata: dict[str, str],
    condition: dict[str, Any],
    sent: Callable[[int], None],
) -> None:
    """Write the file in parts.

    boto3's transfer manager cannot send If-None-Match, which belongs to the request that completes the
    upload.
    """
    key, size = candidate.key, max(PART_BYTES, -(-candidate.file.size // _MAX_PARTS))
    upload = client.create_multipart_upload(Bucket=bucket, Key=key, Metadata=metadata)["UploadId"]
    parts: list[CompletedPartTypeDef] = []
    try:
        while chunk := body.read(size):
            number = len(parts) + 1
            part = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=chunk)
            parts.append({"PartNumber": number, "ETag": part["ETag"]})
            sent(len(chunk))
        client.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, **condition
        )
    except BaseException:
        # S3 keeps and bills the parts of an unfinished upload.
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
        raise
