"""Generated sales with any number of good and bad rows, and a mocked AWS account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.aws import account
from tests.toy.drops import HEAD

__all__ = ["account"]


@pytest.fixture
def sales() -> Callable[..., str]:
    """Return a function: `sales(17, 3)` is a file of 17 good rows, then 3 with a negative amount.

    Ids count from `start`.
    """

    def content(good: int, bad: int, start: int = 1) -> str:
        rows = [f"{start + place},1,2024-01-05,10.00,shop" for place in range(good)]
        rows += [f"{start + good + place},1,2024-01-05,-1,shop" for place in range(bad)]
        return HEAD["sales"] + "".join(f"{row}\n" for row in rows)

    return content
