"""Single requests to one collection: retried while that can help, counted, within a deadline."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from astrapy import Collection, Database
from astrapy.exceptions import (
    DataAPIHttpException,
    DataAPIResponseException,
    DataAPITimeoutException,
    UnexpectedDataAPIResponseException,
)

from serving.client.errors import RefusedError, UnreachableError

Body = dict[str, Any]

NO_COLLECTION = frozenset({"COLLECTION_NOT_EXIST", "UNKNOWN_COLLECTION_OR_TABLE"})
NO_KEYSPACE = frozenset({"UNKNOWN_KEYSPACE", "NAMESPACE_DOES_NOT_EXIST", "KEYSPACE_DOES_NOT_EXIST"})
UNAUTHENTICATED = "UNAUTHENTICATED"
"""Code of a RefusedError for a token that the store does not take."""
_BUSY = 429
_CREATION_MS = 40_000
"""Collections take Astra many seconds; still less than the deadline's reserve."""


class OutOfTimeError(Exception):
    """The invocation ends soon: no further request is begun."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often and how patiently a request is repeated.

    The n-th pause is drawn evenly from 0 … `base_seconds` · 2ⁿ, at most `longest_seconds` (full jitter,
    so that concurrent requests do not come back together). `timeout_seconds` bounds one attempt.
    """

    attempts: int = 8
    base_seconds: float = 0.2
    longest_seconds: float = 10.0
    timeout_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform

    def pause(self, attempt: int, at_least: float = 0.0) -> None:
        longest = min(self.longest_seconds, self.base_seconds * 2**attempt)
        self.sleep(max(at_least, self.draw(0, longest)))


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """Ends work while there is time to say where it stopped.

    `remaining` gives the seconds left; `reserve` is what the last request and the answer may take.
    """

    remaining: Callable[[], float] = lambda: float("inf")
    reserve: float = 45.0

    def check(self) -> None:
        if self.remaining() < self.reserve:
            raise OutOfTimeError


@dataclass
class Requests:
    """Sends commands to one collection. Safe to share between threads."""

    collection: Collection[Body]
    retry: Retry = field(default_factory=Retry)
    deadline: Deadline = field(default_factory=Deadline)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def where(self) -> str:
        return f"collection {self.collection.name}"

    def send(self, body: Body) -> Body:
        """The answer to a command, which may hold errors of single documents.

        Repeats the command after 429, 5xx, time-outs and lost connections, whether it was applied or not:
        callers send only commands that may be repeated. Raises RefusedError, UnreachableError, or
        OutOfTimeError.
        """
        timeout = max(1, int(self.retry.timeout_seconds * 1000))
        return self.call(
            lambda: self.collection.command(body, raise_api_errors=False, request_timeout_ms=timeout)
        )

    def call(self, operation: Callable[[], Body]) -> Body:
        """The same for anything that makes one request and may be repeated."""
        last: str = ""
        for attempt in range(self.retry.attempts):
            self.deadline.check()
            wait = 0.0
            with self._lock:
                self.sent += 1
            try:
                answer = operation()
            except DataAPIHttpException as error:
                last, wait = self._http(error)
            except DataAPIResponseException as error:
                last = self._refused(error.raw_response["errors"][0])
            except (
                DataAPITimeoutException,
                httpx.TransportError,
                UnexpectedDataAPIResponseException,
            ) as error:
                last = f"{type(error).__name__}: {error}"
            else:
                refused = _request_errors(answer)
                if not refused:
                    return answer
                last = self._refused(refused[0])
            if attempt + 1 < self.retry.attempts:
                self.retry.pause(attempt, wait)
        raise UnreachableError(
            f"no answer after {self.retry.attempts} attempts; the last one ended with {last}.",
            where=self.where,
            hint="Nothing is lost: publish again.",
        )

    def _http(self, error: DataAPIHttpException) -> tuple[str, float]:
        """(What to say, seconds the server asks to wait) of an HTTP error worth another try."""
        status = error.response.status_code
        if status in (401, 403):
            raise RefusedError(
                UNAUTHENTICATED,
                f"the serving store answered {status}.",
                where=self.where,
                hint="Put a valid token into the serving secret.",
            ) from error
        if status != _BUSY and status < 500:
            raise RefusedError(f"HTTP {status}", str(error), where=self.where) from error
        asked = error.response.headers.get("Retry-After", "")
        return f"HTTP {status}", min(float(asked), self.retry.longest_seconds) if asked.isdigit() else 0.0

    def _refused(self, error: Body) -> str:
        code, message = str(error.get("errorCode")), str(error.get("message"))
        if is_passing(error):
            return f"{code}: {message}"
        raise RefusedError(code, message, where=self.where)


def is_passing(error: Body) -> bool:
    """Whether an error of the Data API may be gone the next time: the server's fault, not the request's."""
    return error.get("family") == "SERVER"


def _request_errors(answer: Body) -> list[Body]:
    """Errors of the request as a whole; those of single documents come with a status."""
    errors: list[Body] = answer.get("errors") or []
    return [] if (answer.get("status") or {}).get("documentResponses") else errors


def create_collection(
    requests: Requests, database: Database, indexed: tuple[str, ...], *, self_hosted: bool
) -> None:
    """Create the collection, indexing just `indexed`; on a self-hosted Data API its keyspace too.

    Raises RefusedError where there is no such keyspace, which on Astra only a person can create.
    """
    keyspace = database.keyspace
    if self_hosted and keyspace is not None:
        admin = database.get_database_admin()
        requests.call(lambda: _done(admin.create_keyspace(keyspace)))
    options = {"indexing": {"allow": list(indexed)}}
    body = {"createCollection": {"name": requests.collection.name, "options": options}}
    try:
        requests.call(lambda: database.command(body, raise_api_errors=False, request_timeout_ms=_CREATION_MS))
    except RefusedError as error:
        if error.code not in NO_KEYSPACE:
            raise
        raise RefusedError(
            error.code,
            f"the database has no keyspace '{keyspace}'.",
            where=requests.where,
            hint="Create it in the database, or name another one in the serving secret.",
        ) from error


def _done(_: None) -> Body:
    return {"status": {"ok": 1}}
