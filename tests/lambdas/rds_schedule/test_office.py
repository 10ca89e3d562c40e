"""Calls at the same time: a stop never meets a load. Stops that were not possible are made up for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lake.naming import DatabaseStatus
from lambdas.rds_schedule.office import STOPPING_SECONDS
from tests.lambdas.rds_schedule.site import DAY, NIGHT, Site


def overdue(site: Site) -> None:
    """Let a load begin, and office hours end meanwhile: its release stops the database."""
    site.ask("acquire", "first")
    site.ask("stop")


@pytest.mark.parametrize("action", ["stop", "release"])
def test_a_load_that_begins_while_the_leases_are_read_is_not_stopped(site: Site, action: str) -> None:
    """The load writes its hold after the other call has read that there is none."""
    if action == "release":
        overdue(site)
    answers: list[str] = []

    def release_or_stop_reads_then_a_load_begins() -> None:
        answers.append(site.ask("acquire", "second"))

    site.between = release_or_stop_reads_then_a_load_begins
    site.ask(action, "first")
    assert answers == [DatabaseStatus.READY]
    assert site.database.calls == []
    site.ask("release", "second")
    assert site.database.calls == ["stop"]


@pytest.mark.parametrize("action", ["stop", "release"])
def test_a_load_that_begins_after_the_decision_to_stop_waits_and_starts_the_database(
    site: Site, action: str
) -> None:
    if action == "release":
        overdue(site)
    answers: list[str] = []
    site.database.before_stop = lambda: answers.append(site.ask("acquire", "second"))
    site.ask(action, "first")
    assert answers == [DatabaseStatus.WAIT]
    assert site.database.calls == ["stop"]
    assert site.ask("acquire", "second") == DatabaseStatus.WAIT
    site.database.state = "stopped"
    assert site.ask("acquire", "second") == DatabaseStatus.WAIT
    site.database.state = "available"
    assert site.ask("acquire", "second") == DatabaseStatus.READY
    assert site.database.calls == ["stop", "start"]


def test_a_load_asks_for_the_state_after_it_has_written_its_hold(site: Site) -> None:
    """A stop that decided before the hold has changed the state, or is remembered."""

    def stopped_meanwhile() -> None:
        site.database.state = "stopped"

    site.between = stopped_meanwhile
    assert site.ask("acquire", "a") == DatabaseStatus.WAIT
    assert site.database.calls == ["start"]


def test_a_call_that_dies_after_its_decision_to_stop_delays_a_load_by_two_minutes(site: Site) -> None:
    def dies() -> None:
        raise TimeoutError

    site.database.before_stop = dies
    with pytest.raises(TimeoutError):
        site.ask("stop")
    assert site.ask("acquire", "a") == DatabaseStatus.WAIT
    site.now += timedelta(seconds=STOPPING_SECONDS)
    assert site.ask("acquire", "a") == DatabaseStatus.READY


BETWEEN = ["backing-up", "modifying", "configuring-log-exports", "starting", "maintenance"]


@pytest.mark.parametrize("state", BETWEEN)
def test_a_stop_that_finds_another_state_is_made_up_for(site: Site, state: str) -> None:
    site.database.state = state
    site.ask("stop")
    site.ask("retry")
    assert site.database.calls == []
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.ASLEEP
    assert site.database.calls == ["stop"]


@pytest.mark.parametrize("state", BETWEEN)
def test_a_stop_after_a_load_that_finds_another_state_is_made_up_for(site: Site, state: str) -> None:
    overdue(site)
    site.database.state = state
    site.ask("release", "first")
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.ASLEEP


@pytest.mark.parametrize("state", BETWEEN)
def test_a_restart_by_aws_that_cannot_be_stopped_yet_is_made_up_for(site: Site, state: str) -> None:
    site.database.state = "starting"
    site.event("0154")
    site.database.state = state
    site.event("0088")
    assert site.memory.restarted
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.ASLEEP
    assert not site.memory.restarted


def test_a_restart_whose_second_event_is_lost_is_made_up_for(site: Site) -> None:
    site.database.state = "starting"
    site.event("0154")
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.ASLEEP


def test_a_stop_that_aws_refuses_stays_wanted(site: Site) -> None:
    def backs_up() -> None:
        site.database.state = "backing-up"

    site.database.before_stop = backs_up
    assert site.ask("stop") == DatabaseStatus.WAIT
    site.database.before_stop = lambda: None
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.ASLEEP
    assert not site.memory.stop_wanted


def test_a_retry_leaves_alone_what_a_person_started_after_the_stop(site: Site) -> None:
    site.ask("stop")
    site.database.state = "available"
    assert site.ask("retry") == DatabaseStatus.READY
    assert site.database.calls == ["stop"]


def test_a_retry_does_nothing_while_a_load_is_in_progress(site: Site) -> None:
    overdue(site)
    site.ask("retry")
    assert site.database.calls == []


def test_a_load_that_died_is_made_up_for_when_its_hold_has_ended(site: Site) -> None:
    overdue(site)
    site.now += timedelta(hours=1)
    assert site.ask("retry") == DatabaseStatus.ASLEEP


@pytest.mark.parametrize("due", [DAY, NIGHT])
def test_a_retry_does_nothing_in_office_hours_whenever_it_was_due(site: Site, due: object) -> None:
    site.database.state = "modifying"
    site.ask("stop")
    site.database.state, site.now = "available", DAY
    assert site.send({"action": "retry", "due": str(due)})["status"] == DatabaseStatus.READY
    assert site.database.calls == []


def test_office_hours_end_the_wish_to_stop(site: Site) -> None:
    site.database.state = "modifying"
    site.ask("stop")
    site.now = DAY
    site.ask("start")
    site.now, site.database.state = NIGHT, "available"
    assert site.ask("retry") == DatabaseStatus.READY
    assert site.database.calls == []
