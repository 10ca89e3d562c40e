"""Requests to one collection: retried after transient errors, counted, and ended by a deadline."""

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
"""Code of the RefusedError for a token that the store does not accept."""
_TOO_MANY_REQUESTS = 429
_CREATION_TIMEOUT_MS = 40_000
"""Astra takes many seconds to create a collection. Must stay below the deadline's reserve."""


class OutOfTimeError(Exception):
    """The deadline is too close to begin another request."""


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often a request is repeated, and the pauses in between (exponential backoff, full jitter).

    The pause after attempt n = 0, 1, … is drawn evenly from 0 to `base_seconds` · 2ⁿ, at most
    `longest_seconds`; the jitter keeps concurrent requests from being repeated at the same moment.
    `timeout_seconds` bounds one attempt.
    """

    attempts: int = 8
    base_seconds: float = 0.2
    longest_seconds: float = 10.0
    timeout_seconds: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    draw: Callable[[float, float], float] = random.uniform

    def pause(self, attempt: int, at_least: float = 0.0) -> None:
        """Sleep after the failed attempt number `attempt` (from 0), for `at_least` seconds or longer."""
        longest = min(self.longest_seconds, self.base_seconds * 2**attempt)
        self.sleep(max(at_least, self.draw(0, longest)))


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The end of an invocation, and the time to keep for reporting where the work stopped.

    `remaining` returns the seconds left; `reserve` is the time, in seconds, that the last request and
    the answer may take.
    """

    remaining: Callable[[], float] = lambda: float("inf")
    reserve: float = 45.0

    def check(self) -> None:
        """Raise OutOfTimeError if less than `reserve` is left."""
        if self.remaining() < self.reserve:
            raise OutOfTimeError


@dataclass
class Requests:
    """Sends commands to one collection and counts them in `sent`. Safe to share between threads."""

    collection: Collection[Body]
    retry: Retry = field(default_factory=Retry)
    deadline: Deadline = field(default_factory=Deadline)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def where(self) -> str:
        """The collection, as error messages name it."""
        return f"collection {self.collection.name}"

    def send(self, body: Body) -> Body:
        """Send a command and return its answer, which may hold errors of single documents.

        The command is repeated after 429, 5xx, time-outs and lost connections, whether the store applied
        it or not, so it must be idempotent. Raises RefusedError, UnreachableError, or OutOfTimeError.
        """
        timeout = max(1, int(self.retry.timeout_seconds * 1000))
        return self.call(
            lambda: self.collection.command(body, raise_api_errors=False, request_timeout_ms=timeout)
        )

    def call(self, operation: Callable[[], Body]) -> Body:
        """Run `operation`, which makes one idempotent request, with the retries and errors of `send`."""
        last: str = ""
        for attempt in range(self.retry.attempts):
            self.deadline.check()
            wait = 0.0
            with self._lock:
                self.sent += 1
            try:
                answer = operation()
            except DataAPIHttpException as error:
                last, wait = self._http_error(error)
            except DataAPIResponseException as error:
                last = self._api_error(error.raw_response["errors"][0])
            except (
                DataAPITimeoutException,
                httpx.TransportError,
                UnexpectedDataAPIResponseException,
            ) as error:
                last = f"{type(error).__name__}: {error}"
            else:
                errors = _request_errors(answer)
                if not errors:
                    return answer
                last = self._api_error(errors[0])
            if attempt + 1 < self.retry.attempts:
                self.retry.pause(attempt, wait)
        raise UnreachableError(
            f"no answer after {self.retry.attempts} attempts; the last one ended with {last}.",
            where=self.where,
            hint="Try again later: the request may be repeated, nothing is lost.",
        )

    def _http_error(self, error: DataAPIHttpException) -> tuple[str, float]:
        """Return (description, seconds that the server asks to wait) of a transient HTTP error.

        Raises RefusedError for any other HTTP error.
        """
        status = error.response.status_code
        if status in (401, 403):
            raise RefusedError(
                UNAUTHENTICATED,
                f"the serving store answered {status}.",
                where=self.where,
                hint="Put a valid token into the serving secret.",
            ) from error
        if status != _TOO_MANY_REQUESTS and status < 500:
            raise RefusedError(f"HTTP {status}", str(error), where=self.where) from error
        wait = error.response.headers.get("Retry-After", "")
        return f"HTTP {status}", min(float(wait), self.retry.longest_seconds) if wait.isdigit() else 0.0

    def _api_error(self, error: Body) -> str:
        """Return the description of a transient error of the Data API; raise RefusedError for others."""
        code, message = str(error.get("errorCode")), str(error.get("message"))
        if is_transient(error):
            return f"{code}: {message}"
        raise RefusedError(code, message, where=self.where)


def is_transient(error: Body) -> bool:
    """Return whether the Data API blames the server rather than the request, so that a retry can help."""
    return error.get("family") == "SERVER"


def _request_errors(answer: Body) -> list[Body]:
    """Return the errors of the request as a whole.

    Errors of single documents, which an answer with `documentResponses` lists, are not among them.
    """
    errors: list[Body] = answer.get("errors") or []
    return [] if (answer.get("status") or {}).get("documentResponses") else errors


def create_collection(
    requests: Requests, database: Database, indexed: tuple[str, ...], *, self_hosted: bool
) -> None:
    """Create the collection with an index on `indexed` only; on a self-hosted Data API its keyspace too.

    Raises RefusedError if the keyspace does not exist: on Astra a person has to create it.
    """
    keyspace = database.keyspace
    if self_hosted and keyspace is not None:
        admin = database.get_database_admin()
        requests.call(lambda: _acknowledged(admin.create_keyspace(keyspace)))
    options = {"indexing": {"allow": list(indexed)}}
    body = {"createCollection": {"name": requests.collection.name, "options": options}}
    try:
        requests.call(
            lambda: database.command(body, raise_api_errors=False, request_timeout_ms=_CREATION_TIMEOUT_MS)
        )
    except RefusedError as error:
        if error.code not in NO_KEYSPACE:
            raise
        raise RefusedError(
            error.code,
            f"the database has no keyspace '{keyspace}'.",
            where=requests.where,
            hint="Create it in the database, or name another one in the serving secret.",
        ) from error


def _acknowledged(_: None) -> Body:
    """Return the answer of a request for which astrapy returns nothing."""
    return {"status": {"ok": 1}}
