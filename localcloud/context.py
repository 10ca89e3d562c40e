"""The context that all parts of the local cloud share: folders of its state, clients of its server."""

from __future__ import annotations

import datetime as dt
import functools
import json
import logging
import os
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from localcloud import services
from localcloud.administrator import Administrator, administrator_of
from localcloud.errors import LocalCloudError
from localcloud.write_faults import WriteFaults

_log = logging.getLogger("localcloud")

ACCOUNT = "123456789012"
REGION = "us-east-1"
Adopter = Callable[[Iterable[str] | None, str | None], int]
"""(bucket names, role ARN) → number of adopted changes; see `Context.adopt`."""

Authoriser = Callable[[Sequence[str], str, str, Mapping[str, str]], bool]
"""(role ARNs, action, resource ARN, condition keys) → allowed; see `Context.authorise_any`."""

Truster = Callable[[str, str, str], bool]
"""(role ARN, service, source ARN) → trusted; see `Context.trusts`."""

Issuer = Callable[[str], dict[str, str]]
"""(role ARN) → credentials of a new session of the role; see `Context.credentials`."""


Compiler = Callable[[str], dict[str, Any]]
"""(role ARN) → permissions; see `Context.permissions`."""

Recorder = Callable[[str, Iterable[Mapping[str, Any]]], None]
"""(role ARN, calls) → None; see `Context.record_calls`."""


@dataclass(frozen=True)
class Failure:
    """An error of background work, as a message; `of` names the resource that it is of, if it is of one."""

    of: str
    message: str


@dataclass
class Context:
    """The state of one running local cloud that its parts share.

    `home` holds everything that is stored: objects as plain files in `s3/<bucket>/<key>`, the rest in
    `state/`. `endpoint` is the URL of the server; empty until the server listens.
    """

    home: Path
    account: str = ACCOUNT
    region: str = REGION
    endpoint: str = ""
    adopter: Adopter | None = None
    authoriser: Authoriser | None = None
    truster: Truster | None = None
    issuer: Issuer | None = None
    compiler: Compiler | None = None
    recorder: Recorder | None = None
    s3a_jars: tuple[Path, ...] = ()
    """The jars of Hadoop's S3A client, if Spark calls S3 over HTTP; see `LocalCloud`."""
    short_runs: bool = False
    """Whether the workers' Java compiles quickly rather than well; see `LocalCloud`."""
    one_worker: bool = False
    """Whether jobs of streams have no worker of their own; see `LocalCloud`."""
    event_logs: bool = False
    """Whether Spark logs the events of job runs, from which `caudal bench --profile` draws its figures."""
    databases: Any = None
    """The servers behind the instances of RDS."""
    write_faults: WriteFaults = field(default_factory=WriteFaults)
    """Faults of conditional writes to S3 that a test asks for."""
    time_scale: float = 0.02
    """Factor applied to the waits of state machines: a minute takes 1.2 s."""
    writers: Counter[str] = field(default_factory=Counter)
    """Role ARNs of the jobs whose Spark may be writing files right now; see `writing`."""
    failures: list[Failure] = field(default_factory=list)
    """Errors of background work, which has no caller to raise them to; see `report`."""
    _working: Counter[str] = field(default_factory=Counter, repr=False)
    """Resource → number of its background tasks that are running; see `working`."""
    _requests: Counter[tuple[str, str]] = field(default_factory=Counter, repr=False)
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict, repr=False)
    _sessions: dict[str | None, boto3.Session] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def bucket_dir(self, bucket: str) -> Path:
        """Return the folder of a bucket's current objects, one plain file per key."""
        return self.home / "s3" / bucket

    @functools.cached_property
    def administrator(self) -> Administrator:
        """The access key of this home folder's administrator."""
        return administrator_of(self.home)

    @property
    def state_dir(self) -> Path:
        """Folder of everything that is not a current object: metadata, old versions, recordings."""
        return self.home / "state"

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """Return a boto3 client of the local server that makes one attempt per call.

        With `role_arn` the client has credentials of that role, so that the role's policies apply.
        Clients are cached by service and role, and may be used from any thread. Raises
        LocalCloudError if the server is not running.
        """
        if not self.endpoint:
            raise LocalCloudError(
                "the server is not running.", where="localcloud", hint="Call start() first."
            )
        with self._lock:
            key = (service, role_arn)
            if key not in self._clients:
                config = Config(
                    retries={"total_max_attempts": 1},
                    max_pool_connections=32,
                    # Else botocore puts the versions of all its parts together for each request.
                    user_agent="caudal-local",
                    s3={"addressing_style": "path"},
                )
                session: Any = self.session(role_arn)  # the typed overloads want literal names
                self._clients[key] = session.client(service, endpoint_url=self.endpoint, config=config)
            return self._clients[key]

    def session(self, role_arn: str | None = None) -> boto3.Session:
        """Return a boto3 session, as administrator or in a role.

        Its clients call this server with `endpoint_url` only, or while AWS_ENDPOINT_URL is set; see `client`.
        """
        with self._lock:
            if role_arn not in self._sessions:
                keys: dict[str, Any] = dict(self.credentials(role_arn))
                self._sessions[role_arn] = services.session(region_name=self.region, **keys)
            return self._sessions[role_arn]

    def credentials(self, role_arn: str | None = None) -> dict[str, str]:
        """Return credentials as keyword arguments of `boto3.Session`, e.g. for another process.

        A role's are those of a service that executes in it: the caller has checked that the role trusts
        the service. People assume a role with STS. Raises LocalCloudError if IAM is not installed.
        """
        if role_arn is None:
            key = self.administrator
            return {"aws_access_key_id": key.access_key, "aws_secret_access_key": key.secret_key}
        if self.issuer is None:
            raise LocalCloudError("IAM is not installed.", where="localcloud", hint="Call start() first.")
        return self.issuer(role_arn)

    def disconnect(self) -> None:
        """Clear the endpoint and drop all cached clients."""
        with self._lock:
            self.endpoint = ""
            self._clients.clear()
            self._sessions.clear()

    def adopt(self, buckets: Iterable[str] | None = None, role_arn: str | None = None) -> int:
        """Register with moto the files that Spark wrote or removed in bucket folders.

        `buckets` limits the scan; None scans all. With `role_arn` every write and removal is first
        checked against the role's policies: if one is denied, no change is adopted and the new files
        that were denied are deleted. Returns the number of adopted changes. Each change emits the
        same event as an upload or deletion.
        """
        if self.adopter is None:
            raise LocalCloudError("file-backed S3 is not installed.", where="localcloud")
        return self.adopter(buckets, role_arn)

    def authorise(
        self, role_arn: str, action: str, resource: str, keys: Mapping[str, str] | None = None
    ) -> bool:
        """Record a call and return whether a role may make it, e.g. `s3:PutObject` on an object's ARN.

        `keys` are the call's condition keys, e.g. `s3:prefix` of a listing.
        """
        return self.authorise_any([role_arn], action, resource, keys)

    def authorise_any(
        self, role_arns: Sequence[str], action: str, resource: str, keys: Mapping[str, str] | None = None
    ) -> bool:
        """Return whether one of several roles may perform an action.

        Only the call of a single role is recorded; jobs that write at the same time record their own calls.
        """
        return self.authoriser is None or self.authoriser(role_arns, action, resource, keys or {})

    def trusts(self, role_arn: str, service: str, source_arn: str) -> bool:
        """Return whether a service (`glue.amazonaws.com`) may assume a role for the resource `source_arn`."""
        return self.truster is None or self.truster(role_arn, service, source_arn)

    def permissions(self, role_arn: str) -> dict[str, Any]:
        """Return a role's permissions on S3 in the form in which Spark's file system decides by them."""
        if self.compiler is None:
            raise LocalCloudError("IAM is not installed.", where="localcloud", hint="Call start() first.")
        return self.compiler(role_arn)

    def record_calls(self, role_arn: str, calls: Iterable[Mapping[str, Any]]) -> None:
        """Record calls of a role that were decided elsewhere: action, resource, prefix, allowed."""
        if self.recorder is not None:
            self.recorder(role_arn, calls)

    def count_request(self, role_arn: str, action: str) -> None:
        """Count a request to S3 of a role, or of the administrator, whose ARN is empty here."""
        with self._lock:
            self._requests[role_arn, action] += 1

    def counted_requests(self) -> Counter[tuple[str, str]]:
        """Return role ARN and action on S3 → number of requests so far.

        Spark's own are not among them, unless it uses HTTP.
        """
        with self._lock:
            return self._requests.copy()

    @contextmanager
    def writing(self, role_arn: str) -> Iterator[None]:
        """Mark the time in which a job's Spark may write files.

        A scan during this time may find files of any such job, so it authorises new files against
        the roles of all of them.
        """
        with self._lock:
            self.writers[role_arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self.writers -= Counter([role_arn])

    @contextmanager
    def working(self, of: str = "") -> Iterator[None]:
        """Mark background work that `LocalCloud.wait_idle` waits for; `of` names the resource that works."""
        with self._lock:
            self._working[of] += 1
        try:
            yield
        finally:
            with self._lock:
                self._working -= Counter([of])

    def is_busy(self, of: Collection[str] | None = None) -> bool:
        """Return whether background work is running, of any resource or of those named."""
        with self._lock:
            return bool(self._working) if of is None else not self._working.keys().isdisjoint(of)

    def report(self, where: str, error: object, *, of: str = "") -> None:
        """Record an error of background work in `failures`, in `state/failures.jsonl` and in the log.

        `of` names the resource whose error it is, if it is that of one.
        """
        message = f"{where}: {error}"
        _log.error(message)
        with self._lock:
            self.failures.append(Failure(of, message))
        self.record("failures", {"where": where, "error": str(error)})

    def take_failures(self, of: Collection[str] | None = None) -> list[str]:
        """Return the messages of the failures since the last call, and forget them.

        With `of` those of these resources, and those that are of no resource; others are left.
        """
        with self._lock:
            taken = [each for each in self.failures if of is None or not each.of or each.of in of]
            self.failures = [each for each in self.failures if each not in taken]
        return [each.message for each in taken]

    def record(self, name: str, entry: dict[str, Any]) -> None:
        """Append one line to `state/<name>.jsonl`.

        If the disk is full, the line goes to the log only, and the file keeps its whole lines: what is
        recorded must not fail because of that.
        """
        line = json.dumps({"time": dt.datetime.now(dt.UTC).isoformat(), **entry}, default=str)
        file = self.state_dir / f"{name}.jsonl"
        text = f"{line}\n".encode()
        # Without a buffer, which would be written again when the file is closed.
        with self._lock, file.open("ab", buffering=0) as stream:
            end = stream.tell()
            try:
                if stream.write(text) < len(text):
                    raise OSError(ENOSPC, "there is no space for the whole line")
            except OSError as error:
                _log.error("%s is not in %s: %s", line, file, error)
                os.truncate(file, end)
