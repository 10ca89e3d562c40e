"""Start and stop the database of the relational copy: at office hours, for a load, and after AWS started it.

Events: {"action": "start", "stop" or "retry", "due": …} from the schedules, with the moment for which they
were due (retry stops what an earlier stop could not); {"action": "acquire" or "release", "execution": …}
from a pipeline that loads; RDS's events about the instance. The answer has a status (see DatabaseStatus) and
a message. Environment variables: DATABASE, LEASE_TABLE, LEASE_SECONDS, OFFICE_ZONE, OFFICE_START,
OFFICE_HOURS.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3

from lake.errors import UnknownNameError
from lambdas.rds_schedule.hours import Hours
from lambdas.rds_schedule.instance import Instance
from lambdas.rds_schedule.leases import Leases
from lambdas.rds_schedule.office import Office

logger = logging.getLogger()
logger.setLevel(logging.INFO)


def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """Run the action of an event; return status and message.

    Raises UnknownNameError for an unknown action, and botocore's ClientError if AWS refuses a call.
    """
    answer = _answer(_office(event.get("due")), event)
    logger.info("%s: %s", answer["status"], answer["message"])
    return answer


def _office(due: str | None) -> Office:
    env = os.environ
    now = datetime.now(UTC)
    return Office(
        instance=Instance(boto3.client("rds"), env["DATABASE"]),
        leases=Leases(boto3.client("dynamodb"), env["LEASE_TABLE"]),
        hours=Hours(zone=env["OFFICE_ZONE"], start=int(env["OFFICE_START"]), length=int(env["OFFICE_HOURS"])),
        lease_seconds=int(env["LEASE_SECONDS"]),
        now=now,
        due=datetime.fromisoformat(due) if due else now,
    )


def _answer(office: Office, event: dict[str, Any]) -> dict[str, str]:
    if "detail" in event:
        return office.restarted(event["detail"]["EventID"])
    actions: dict[str, Callable[[], dict[str, str]]] = {
        "start": office.start,
        "stop": office.stop,
        "retry": office.retry,
        "acquire": lambda: office.acquire(event["execution"]),
        "release": lambda: office.release(event["execution"]),
    }
    action = event.get("action")
    if action not in actions:
        raise UnknownNameError("action", str(action), sorted(actions))
    return actions[action]()
