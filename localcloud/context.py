"""What every part of the local runtime needs to know: where state lies and how to reach the server."""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from localcloud.errors import LocalCloudError

_log = logging.getLogger("localcloud")

ACCOUNT = "123456789012"
REGION = "us-east-1"
ACCESS_KEY = "localadmin"
SECRET_KEY = "localadmin"
"""The caller without a role: an administrator, whose calls are neither checked nor recorded."""

Adopter = Callable[[Iterable[str] | None, str | None], int]
Truster = Callable[[str, str, str], bool]


@dataclass
class Context:
    """One running local cloud.

    `home` holds all state: objects as plain files in `s3/<bucket>/<key>`, everything else in `state/`.
    `endpoint` is the URL of the server, known once it listens.
    """

    home: Path
    account: str = ACCOUNT
    region: str = REGION
    endpoint: str = ""
    adopter: Adopter | None = None
    authoriser: Callable[[Sequence[str], str, str], bool] | None = None
    truster: Truster | None = None
    time_scale: float = 0.02
    """Factor for the seconds that state machines wait: a minute passes in 1.2 s."""
    writers: Counter[str] = field(default_factory=Counter)
    """Roles of the jobs whose Spark may be writing files right now; see `writing`."""
    busy: int = 0
    """How much background work is under way; see `working`."""
    failures: list[str] = field(default_factory=list)
    """What went wrong in the background, where no caller could be told; see `report`."""
    _clients: dict[tuple[str, str | None], Any] = field(default_factory=dict, repr=False)
    _sessions: dict[str | None, boto3.Session] = field(default_factory=dict, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def bucket_dir(self, bucket: str) -> Path:
        """Folder that holds the current objects of a bucket, one plain file per key."""
        return self.home / "s3" / bucket

    @property
    def state_dir(self) -> Path:
        """Folder for whatever is not an object: metadata, old versions, recordings."""
        return self.home / "state"

    def client(self, service: str, role_arn: str | None = None) -> Any:
        """A boto3 client against the server, one attempt per call.

        With `role_arn` it carries credentials of that role, so that the role's policies decide.
        Clients are made once per service and role, and may be used from any thread.
        """
        if not self.endpoint:
            raise LocalCloudError(
                "the server does not run yet.", where="localcloud", hint="Call start() first."
            )
        with self._lock:
            key = (service, role_arn)
            if key not in self._clients:
                config = Config(
                    retries={"total_max_attempts": 1},
                    max_pool_connections=32,
                    s3={"addressing_style": "path"},
                )
                session: Any = self.session(role_arn)  # the typed overloads want literal names
                self._clients[key] = session.client(service, endpoint_url=self.endpoint, config=config)
            return self._clients[key]

    def session(self, role_arn: str | None = None) -> boto3.Session:
        """A boto3 session as administrator or in a role. Its clients need `endpoint_url`; see `client`."""
        with self._lock:
            if role_arn not in self._sessions:
                keys: dict[str, Any] = dict(self.credentials(role_arn))
                self._sessions[role_arn] = boto3.Session(region_name=self.region, **keys)
            return self._sessions[role_arn]

    def credentials(self, role_arn: str | None = None) -> dict[str, str]:
        """Keyword arguments of `boto3.Session`, e.g. to hand to another process."""
        if role_arn is None:
            return {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="local")["Credentials"]
        return {
            "aws_access_key_id": answer["AccessKeyId"],
            "aws_secret_access_key": answer["SecretAccessKey"],
            "aws_session_token": answer["SessionToken"],
        }

    def disconnect(self) -> None:
        """Forget the server and all clients of it."""
        with self._lock:
            self.endpoint = ""
            self._clients.clear()
            self._sessions.clear()

    def adopt(self, buckets: Iterable[str] | None = None, role_arn: str | None = None) -> int:
        """Make moto know the files that something else (Spark) wrote or removed in bucket folders.

        `buckets` limits the scan. With `role_arn` every write and removal is first checked against
        the role's policies: if one is denied nothing is adopted and the denied changes are undone
        as far as they can be (new files are removed). Returns the number of adopted changes.
        Events fire as for uploads.
        """
        if self.adopter is None:
            raise LocalCloudError("file-backed S3 is not installed.", where="localcloud")
        return self.adopter(buckets, role_arn)

    def authorise(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a role may do this, e.g. `s3:PutObject` on an object's ARN. The call is recorded."""
        return self.authorise_any([role_arn], action, resource)

    def authorise_any(self, role_arns: Sequence[str], action: str, resource: str) -> bool:
        """Whether one of several roles may do this; recorded as that role's call, else as the first's."""
        return self.authoriser is None or self.authoriser(role_arns, action, resource)

    def trusts(self, role_arn: str, service: str, source_arn: str) -> bool:
        """Whether a service (`glue.amazonaws.com`) may assume a role for one of its resources."""
        return self.truster is None or self.truster(role_arn, service, source_arn)

    @contextmanager
    def writing(self, role_arn: str) -> Iterator[None]:
        """While a job's Spark may write files: whoever adopts them then takes them for this role's too."""
        with self._lock:
            self.writers[role_arn] += 1
        try:
            yield
        finally:
            with self._lock:
                self.writers -= Counter([role_arn])

    @contextmanager
    def working(self) -> Iterator[None]:
        """Marks background work that `LocalCloud.wait_idle` waits for."""
        with self._lock:
            self.busy += 1
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1

    def report(self, where: str, error: object) -> None:
        """Keep a failure that has no caller: `state/failures.jsonl`, the log, and `failures`."""
        message = f"{where}: {error}"
        _log.error(message)
        with self._lock:
            self.failures.append(message)
        self.record("failures", {"where": where, "error": str(error)})

    def record(self, name: str, entry: dict[str, Any]) -> None:
        """Append one line to `state/<name>.jsonl`."""
        line = json.dumps({"time": dt.datetime.now(dt.UTC).isoformat(), **entry}, default=str)
        with self._lock, (self.state_dir / f"{name}.jsonl").open("a") as stream:
            stream.write(line + "\n")
