"""Calls about executions that moto answers otherwise: history in pages, names."""

from __future__ import annotations

import base64
import re
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.stepfunctions.responses import StepFunctionResponse

from localcloud.patching import original, replace

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff]{1,80}")
_DATA = ("input", "inputDetails", "output", "outputDetails")
PAGE = 100
"""Events of a page, unless the caller asks for fewer."""
MOST = 1000


def check_name(name: str | None) -> None:
    """Raise the API's error for a name that an execution cannot have."""
    if name is not None and not _NAME.fullmatch(name):
        raise JsonRESTError("InvalidName", f"Invalid Name: '{name}'")


def _history(self: StepFunctionResponse) -> ActionResult:
    """GetExecutionHistory: from the newest event on if asked, in pages."""
    size = int(self._get_param("maxResults") or PAGE)
    if not 0 < size <= MOST:
        raise JsonRESTError("ValidationException", f"maxResults must be from 1 to {MOST}, not {size}")
    answer: Any = original(StepFunctionResponse, "get_execution_history")(self)
    events = list(answer.result["events"])
    if self._get_param("reverseOrder"):
        events.reverse()
    start = _offset(self._get_param("nextToken"))
    shown = events[start : start + size]
    if self._get_param("includeExecutionData") is False:
        shown = [_without_data(event) for event in shown]
    page: dict[str, Any] = {"events": shown}
    if start + size < len(events):
        page["nextToken"] = base64.b64encode(str(start + size).encode()).decode()
    return ActionResult(page)


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event without the input and the output of its state or task."""
    return {name: _less(value) if isinstance(value, dict) else value for name, value in event.items()}


def _less(details: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in details.items() if name not in _DATA}


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True))
    except ValueError as error:
        raise JsonRESTError("InvalidToken", f"Invalid Token: '{token}'") from error


def install() -> None:
    """Answer the calls about executions."""
    replace(StepFunctionResponse, "get_execution_history", _history)
