"""Replace moto's in-memory objects by objects in files."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import moto.s3.models
import moto.s3.responses
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from localcloud.context import Context
from localcloud.patching import original, replace
from localcloud.s3.adoption import adopt
from localcloud.s3.keys import FileKey, StoredKeys
from localcloud.s3.store import ObjectStore
from localcloud.write_faults import Fault, WriteFaults


def install(context: Context) -> ObjectStore:
    """Patch moto's S3 and set `context.adopter`. Returns the store; the caller closes it after the server.

    If Spark calls S3 over HTTP, there is nothing to adopt.
    """
    store = ObjectStore(context.home)
    FileKey.store = store
    replace(moto.s3.models, "FakeKey", FileKey)
    replace(FakeBucket, "__init__", functools.partialmethod(_new_bucket, store))
    replace(S3Backend, "delete_bucket", functools.partialmethod(_delete_bucket, store))
    replace(S3Backend, "complete_multipart_upload", _complete_multipart_upload)
    for name in ("put_object", "_key_response_post"):
        replace(moto.s3.responses.S3Response, name, _serialised(store, context.write_faults, name))
    context.adopter = _nothing_to_adopt if context.s3a_jars else functools.partial(_adopt, context, store)
    return store


def _new_bucket(self: FakeBucket, store: ObjectStore, *args: Any, **kwargs: Any) -> None:
    """Create a bucket with its folder, and restore the objects that it held before a restart."""
    original(FakeBucket, "__init__")(self, *args, **kwargs)
    (store.root / self.name).mkdir(exist_ok=True)
    self.keys = StoredKeys(self.name, store)
    self.keys.restore(self.account_id, self.region_name)


def _delete_bucket(self: S3Backend, store: ObjectStore, bucket_name: str) -> FakeBucket | None:
    bucket: FakeBucket | None = original(S3Backend, "delete_bucket")(self, bucket_name)
    if bucket is not None:
        (store.root / bucket_name).rmdir()
    return bucket


def _complete_multipart_upload(self: S3Backend, *args: Any, **kwargs: Any) -> FileKey | None:
    """Complete the upload as moto does, then delete the bytes of its parts."""
    key: FileKey | None = original(S3Backend, "complete_multipart_upload")(self, *args, **kwargs)
    if key is not None and key.multipart is not None:
        for part in key.multipart.parts.values():
            part.dispose()
        key.multipart = None
    return key


def _serialised(store: ObjectStore, faults: WriteFaults, name: str) -> Callable[..., Any]:
    """Return moto's method under the store's lock: of two conditional writers only one succeeds.

    A conditional write meets the fault that a test asked for.
    """

    def locked(self: moto.s3.responses.S3Response, *args: Any, **kwargs: Any) -> Any:
        with store.lock:
            fault = None
            if "If-None-Match" in self.headers or "If-Match" in self.headers:
                fault = faults.take(self.bucket_name, self.parse_key_name())
            if fault is Fault.CONFLICT:
                return fault.answer
            answer = original(moto.s3.responses.S3Response, name)(self, *args, **kwargs)
            return fault.answer if fault is Fault.LOST_ANSWER else answer

    return locked


def _nothing_to_adopt(buckets: Iterable[str] | None, role_arn: str | None) -> int:
    return 0


def _adopt(context: Context, store: ObjectStore, buckets: Iterable[str] | None, role_arn: str | None) -> int:
    backend = s3_backends[context.account]["aws"]
    names = list(backend.buckets) if buckets is None else list(buckets)
    others = [role for role in context.writers if role != role_arn]
    roles = [role_arn, *others] if role_arn else []
    return adopt(backend, store, names, roles, context.authorise_any)
