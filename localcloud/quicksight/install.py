"""Putting the local QuickSight in place of moto's."""

from __future__ import annotations

from moto.quicksight import urls

from localcloud.context import Context
from localcloud.patching import replace
from localcloud.quicksight.ingestions import Refreshes
from localcloud.quicksight.schedules import DailyRefreshes
from localcloud.quicksight.service import QuickSightService
from localcloud.quicksight.store import Store


def install(context: Context) -> tuple[Refreshes, DailyRefreshes]:
    """Answer all calls of QuickSight by `QuickSightService`, with an empty store; return its refreshes."""
    store = Store(context)
    refreshes = Refreshes(store)

    class BoundService(QuickSightService):
        """The service of this local cloud."""

    BoundService.store, BoundService.refreshes = store, refreshes
    replace(urls, "url_paths", {r"{0}/(?P<path>.+)$": BoundService.dispatch})
    return refreshes, DailyRefreshes(store, refreshes)
