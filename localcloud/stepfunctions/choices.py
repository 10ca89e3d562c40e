"""Choice rules on paths that the data lacks: as strict as the documentation allows.

Step Functions fails an execution whose Choice compares a path that does not exist; only IsPresent may ask for
one. Whether IsPresent may also apply a field's name to an array is not documented: here it fails.
"""

from __future__ import annotations

import re
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_operator_type import (
    ComparisonOperatorType,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_variable import (
    ComparisonVariable,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import NoSuchVariable

from localcloud.patching import original, replace

_FIELD_OF_INPUT = re.compile(r"\$(\.[A-Za-z_]|\[')")


def install() -> None:
    """Make choices fail where moto's interpreter takes a missing value for one that differs."""
    replace(ComparisonVariable, "_eval_body", _eval_body)


def _eval_body(self: Any, env: Any) -> None:
    path = self.variable.string_sampler.literal_value
    self.variable.eval(env)
    value = env.stack.pop()
    is_presence = self.comparison_function.operator_type == ComparisonOperatorType.IsPresent
    if isinstance(value, NoSuchVariable) and not is_presence:
        raise _failure(env, f"Invalid path '{path}': The choice state's condition path references no value.")
    if is_presence and isinstance(env.states.get_input(), list) and _FIELD_OF_INPUT.match(path):
        raise _failure(env, f"Invalid path '{path}': The choice state's input is an array.")
    original(ComparisonVariable, "_eval_body")(self, env)


def _failure(env: Any, cause: str) -> FailureEventException:
    name = StatesErrorNameType.StatesRuntime
    details: Any = {"taskFailedEventDetails": TaskFailedEventDetails(error=name.to_name(), cause=cause)}
    return FailureEventException(
        FailureEvent(
            env=env,
            error_name=StatesErrorName(typ=name),
            event_type=HistoryEventType.TaskFailed,
            event_details=details,
        )
    )
