"""Wait for the environment, with ever longer pauses, and say for what."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from acceptance.errors import AcceptanceError

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.5, 10.0, 1.3
"""Seconds between two looks: short for a local cloud, long enough for the rate limits of AWS's APIs."""

LIMIT_SECONDS = 3600.0
"""A step of the sample that takes longer does not end any more."""

Tell = Callable[[str], None]
"""Shows what is waited for."""


def wait(what: str, look: Callable[[], str], tell: Tell, *, limit: float = LIMIT_SECONDS) -> None:
    """Call `look` until it returns an empty text; its text says what is still missing.

    Raises AcceptanceError after `limit` seconds, with that text.
    """
    deadline, pause = monotonic() + limit, FIRST_PAUSE
    while missing := look():
        if monotonic() >= deadline:
            raise AcceptanceError(
                f"{what} did not end within {limit / 60:.0f} minutes: {missing}.",
                hint="Look at the executions in the console; run this command again to go on.",
            )
        tell(f"{what}: {missing}")
        sleep(pause)
        pause = min(LONGEST_PAUSE, pause * GROWTH)
