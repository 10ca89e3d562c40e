"""The function from events to calls of RDS, in every state of an instance, with loads in progress."""

from __future__ import annotations

import pytest

from lake.errors import UnknownNameError
from lake.naming import DatabaseStatus
from lambdas.rds_schedule.instance import status_of
from tests.lambdas.rds_schedule.site import DAY, NIGHT, Site

STATES = {
    "available": DatabaseStatus.READY, "backing-up": DatabaseStatus.READY,
    "storage-optimization": DatabaseStatus.READY, "configuring-log-exports": DatabaseStatus.READY,
    "configuring-enhanced-monitoring": DatabaseStatus.READY,
    "configuring-iam-database-auth": DatabaseStatus.READY, "storage-config-upgrade": DatabaseStatus.READY,
    "stopped": DatabaseStatus.ASLEEP, "stopping": DatabaseStatus.ASLEEP,
    "starting": DatabaseStatus.WAIT, "creating": DatabaseStatus.WAIT, "modifying": DatabaseStatus.WAIT,
    "rebooting": DatabaseStatus.WAIT, "renaming": DatabaseStatus.WAIT, "upgrading": DatabaseStatus.WAIT,
    "maintenance": DatabaseStatus.WAIT, "resetting-master-credentials": DatabaseStatus.WAIT,
    "moving-to-vpc": DatabaseStatus.WAIT, "converting-to-vpc": DatabaseStatus.WAIT,
    "delete-precheck": DatabaseStatus.WAIT,
    "failed": DatabaseStatus.UNUSABLE, "storage-full": DatabaseStatus.UNUSABLE,
    "deleting": DatabaseStatus.UNUSABLE, "incompatible-parameters": DatabaseStatus.UNUSABLE,
    "incompatible-network": DatabaseStatus.UNUSABLE, "incompatible-restore": DatabaseStatus.UNUSABLE,
    "incompatible-option-group": DatabaseStatus.UNUSABLE, "incompatible-create": DatabaseStatus.UNUSABLE,
    "restore-error": DatabaseStatus.UNUSABLE, "insufficient-capacity": DatabaseStatus.UNUSABLE,
    "inaccessible-encryption-credentials": DatabaseStatus.UNUSABLE,
    "inaccessible-encryption-credentials-recoverable": DatabaseStatus.UNUSABLE,
}  # fmt: skip


@pytest.mark.parametrize(("state", "status"), STATES.items())
def test_every_state_has_an_answer_and_only_two_change(site: Site, state: str, status: str) -> None:
    """A start is asked for in `stopped` alone, a stop in `available` alone."""
    assert status_of(state) == status
    for now, action, needed in ((DAY, "start", "stopped"), (NIGHT, "stop", "available")):
        site.now, site.database.state, site.database.calls = now, state, []
        site.ask(action)
        assert site.database.calls == ([action] if state == needed else [])


@pytest.mark.parametrize(("state", "status"), STATES.items())
def test_a_load_finds_every_state(site: Site, state: str, status: str) -> None:
    """A load starts what is stopped, and waits for what stops."""
    site.database.state = state
    asleep = status == DatabaseStatus.ASLEEP
    assert site.ask("acquire", "a") == (DatabaseStatus.WAIT if asleep else status)
    assert site.database.calls == (["start"] if state == "stopped" else [])


def test_a_missing_instance_is_unusable(site: Site) -> None:
    site.database.state = "gone"
    assert site.send({"action": "acquire", "execution": "a"}) == {
        "status": DatabaseStatus.UNUSABLE,
        "message": "The database is missing.",
    }


def test_schedules_do_nothing_at_the_wrong_time(site: Site) -> None:
    site.database.state = "stopped"
    assert site.ask("start") == DatabaseStatus.ASLEEP
    site.now, site.database.state = DAY, "available"
    assert site.ask("stop") == DatabaseStatus.READY
    assert site.database.calls == []


def test_a_load_wakes_the_database_and_lets_it_sleep_again(site: Site) -> None:
    site.database.state = "stopped"
    assert site.ask("acquire", "a") == DatabaseStatus.WAIT
    site.database.state = "available"
    assert site.ask("acquire", "a") == DatabaseStatus.READY
    assert site.ask("release", "a") == DatabaseStatus.ASLEEP
    assert site.database.calls == ["start", "stop"]


def test_a_database_that_was_awake_stays_awake_after_a_load(site: Site) -> None:
    site.ask("acquire", "a")
    assert site.ask("release", "a") == DatabaseStatus.READY
    assert site.database.calls == []


def test_a_load_in_progress_is_not_stopped_and_stops_at_its_end(site: Site) -> None:
    site.ask("acquire", "a")
    assert site.ask("stop") == DatabaseStatus.READY
    assert site.database.calls == []
    site.ask("release", "a")
    assert site.database.calls == ["stop"]


def test_the_last_of_two_loads_stops_the_database(site: Site) -> None:
    site.database.state = "stopped"
    site.ask("acquire", "a")
    site.database.state = "available"
    site.ask("acquire", "b")
    site.ask("release", "a")
    assert site.database.calls == ["start"]
    site.ask("release", "b")
    assert site.database.calls == ["start", "stop"]


def test_a_load_that_ends_in_office_hours_leaves_the_database_awake(site: Site) -> None:
    site.database.state = "stopped"
    site.ask("acquire", "a")
    site.database.state, site.now = "available", DAY
    site.ask("release", "a")
    site.now = NIGHT
    site.ask("acquire", "b")
    site.ask("release", "b")
    assert site.database.calls == ["start"]


def test_the_lease_of_a_load_that_died_ends(site: Site) -> None:
    site.ask("acquire", "dead")
    site.now = NIGHT.replace(hour=23, minute=30)
    site.ask("stop")
    assert site.database.calls == ["stop"]


def test_what_aws_starts_after_seven_days_is_stopped_again(site: Site) -> None:
    site.database.state = "starting"
    assert site.event("0154") == DatabaseStatus.WAIT
    site.database.state = "available"
    assert site.event("0088") == DatabaseStatus.ASLEEP
    assert site.database.calls == ["stop"]


def test_what_a_person_starts_is_left_alone(site: Site) -> None:
    assert site.event("0088") == DatabaseStatus.READY
    assert site.database.calls == []


def test_what_aws_starts_in_office_hours_stays(site: Site) -> None:
    site.now = DAY
    site.event("0154")
    site.event("0088")
    assert site.database.calls == []


def test_a_state_that_changes_in_between_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.database.state = "stopped"
    monkeypatch.setattr(site.database, "describe_db_instances", lambda DBInstanceIdentifier: {
        "DBInstances": [{"DBInstanceStatus": "stopped"}]
    })  # fmt: skip
    site.ask("acquire", "a")
    assert site.ask("acquire", "a") == DatabaseStatus.WAIT


def test_an_unknown_action_is_named(site: Site) -> None:
    with pytest.raises(UnknownNameError, match=r"sleep.*acquire, release, retry, start, stop"):
        site.ask("sleep")


def test_a_schedule_that_is_delivered_late_decides_by_the_moment_for_which_it_was_due(site: Site) -> None:
    site.now = DAY
    site.database.state = "available"
    assert site.send({"action": "stop", "due": "2026-01-14T16:00:00Z"})["status"] == DatabaseStatus.ASLEEP
    site.database.state = "stopped"
    site.now = NIGHT
    assert site.send({"action": "start", "due": "2026-01-14T15:45:00Z"})["status"] == DatabaseStatus.WAIT
    assert site.database.calls == ["stop", "start"]
