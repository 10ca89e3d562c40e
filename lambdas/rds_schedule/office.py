"""Decides whether the database runs: office hours, loads in progress, and what AWS does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lake.naming import DatabaseStatus
from lambdas.rds_schedule.hours import Hours
from lambdas.rds_schedule.instance import AVAILABLE, Instance, status_of
from lambdas.rds_schedule.leases import Leases, Memory

Answer = dict[str, str]

STOPPED = "stopped"
AWS_RESTARTS, STARTED = "RDS-EVENT-0154", "RDS-EVENT-0088"


@dataclass(frozen=True, kw_only=True)
class Office:
    """One call of the function, at the moment `now`. Every action may be repeated.

    `due` is the moment that decides whether it is office hours: a schedule may deliver late.
    """

    instance: Instance
    leases: Leases
    hours: Hours
    lease_seconds: int
    now: datetime
    due: datetime

    @property
    def is_open(self) -> bool:
        """Whether it is office hours."""
        return self.hours.is_open(self.due)

    def start(self) -> Answer:
        """Start the database at the begin of office hours."""
        state = self.instance.state()
        if not self.is_open:
            return _answer(state, "it is not office hours: it was not started")
        if state != STOPPED:
            return _answer(state, "it was not started")
        return self._started(state)

    def stop(self) -> Answer:
        """Stop the database at the end of office hours, or leave that to the load in progress."""
        state = self.instance.state()
        if self.is_open:
            return _answer(state, "it is office hours: it was not stopped")
        if loads := self._want_stop():
            return _answer(state, f"{len(loads)} load(s) in progress: the last one stops it")
        return self._stopped(state)

    def acquire(self, execution: str) -> Answer:
        """Keep the database awake for a load, and start it if it sleeps. To be repeated until it is ready."""
        state = self.instance.state()
        starts = state == STOPPED
        until = self.now.timestamp() + self.lease_seconds

        def hold(memory: Memory) -> None:
            memory.loads = {each: end for each, end in memory.loads.items() if end > self.now.timestamp()}
            memory.loads[execution] = until
            # Before the start: if this call dies after it, the load's end stops the database.
            memory.stop_wanted = memory.stop_wanted or starts

        self.leases.change(hold)
        if starts:
            return self._started(state)
        answer = _answer(state, "")
        if answer["status"] == DatabaseStatus.ASLEEP:
            # It is stopping, and can be started when it has stopped.
            answer["status"] = DatabaseStatus.WAIT
        return answer

    def release(self, execution: str) -> Answer:
        """End a load's hold. The last load stops the database if it was started for loads, or is overdue."""

        def let_go(memory: Memory) -> None:
            memory.loads.pop(execution, None)

        memory = self.leases.change(let_go)
        state = self.instance.state()
        if memory.live(self.now.timestamp()) or not memory.stop_wanted:
            return _answer(state, "it stays as it is")
        if self.is_open:
            self.leases.change(_forget_stop)
            return _answer(state, "it is office hours: it was not stopped")
        answer = self._stopped(state)
        if answer["status"] == DatabaseStatus.ASLEEP:
            self.leases.change(_forget_stop)
        return answer

    def restarted(self, event: str) -> Answer:
        """Stop the database again that AWS has started because it was stopped for seven days."""
        state = self.instance.state()
        if event == AWS_RESTARTS:
            # It starts, and can be stopped when it has: that is told by another event.
            self.leases.change(_remember_restart)
            return _answer(state, "AWS starts it: it is stopped when it has started")
        if event != STARTED or not self.leases.read().restarted:
            return _answer(state, "AWS did not start it")
        self.leases.change(_forget_restart)
        return self.stop()

    def _want_stop(self) -> list[str]:
        """Return the loads in progress; ask the last one to stop the database, if there are any."""
        loads = self.leases.read().live(self.now.timestamp())
        return self.leases.change(_remember_stop).live(self.now.timestamp()) if loads else []

    def _started(self, state: str) -> Answer:
        done = self.instance.start()
        return {
            "status": DatabaseStatus.WAIT,
            "message": "The database is being started." if done else f"The database is no longer {state}.",
        }

    def _stopped(self, state: str) -> Answer:
        if state != AVAILABLE:
            return _answer(state, "it was not stopped")
        done = self.instance.stop()
        return {
            "status": DatabaseStatus.ASLEEP if done else DatabaseStatus.WAIT,
            "message": "The database is being stopped." if done else f"The database is no longer {state}.",
        }


def _answer(state: str, what: str) -> Answer:
    message = f"The database is {state}" + (f"; {what}." if what else ".")
    return {"status": status_of(state), "message": message}


def _remember_stop(memory: Memory) -> None:
    memory.stop_wanted = True


def _forget_stop(memory: Memory) -> None:
    memory.stop_wanted = False


def _remember_restart(memory: Memory) -> None:
    memory.restarted = True


def _forget_restart(memory: Memory) -> None:
    memory.restarted = False
