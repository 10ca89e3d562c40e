"""Decides whether the database runs: office hours, loads in progress, and what AWS does by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lake.naming import DatabaseStatus
from lambdas.rds_schedule.hours import Hours
from lambdas.rds_schedule.instance import AVAILABLE, SLEEPING, Instance, status_of
from lambdas.rds_schedule.leases import Leases, Memory

Answer = dict[str, str]

STOPPED = "stopped"
AWS_RESTARTS, STARTED = "RDS-EVENT-0154", "RDS-EVENT-0088"

STOPPING_SECONDS = 120
"""How long a load waits for a stop that was decided on, while RDS still shows the instance as available.

Longer than the time-out of the function, which asks RDS for the stop after its decision or not at all.
"""


@dataclass(frozen=True, kw_only=True)
class Office:
    """One call of the function, at the moment `now`. Every action may be repeated.

    `due` is the moment that decides whether it is office hours: a schedule may deliver late.

    A load and a stop never meet. Both write to the leases under a version before they look or act: a load its
    hold, and then it asks for the state; a stop its decision, unless there is a hold. Whichever writes
    second sees the other.
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
        """Start the database at the begin of office hours. Stops that are overdue are not wanted any more."""
        state = self.instance.state()
        if not self.is_open:
            return _answer(state, "it is not office hours: it was not started")
        self.leases.change(_forget)
        if state != STOPPED:
            return _answer(state, "it was not started")
        return self._started(state)

    def stop(self) -> Answer:
        """Stop the database at the end of office hours, or leave that to the load in progress."""
        state = self.instance.state()
        if self.is_open:
            return _answer(state, "it is office hours: it was not stopped")
        return self._stopped(state)

    def retry(self) -> Answer:
        """Stop the database if that is overdue: wanted but not possible so far, or started by AWS.

        A call that is delivered late, in office hours, does nothing.
        """
        state = self.instance.state()
        memory = self.leases.read()
        if self.is_open or self.hours.is_open(self.now):
            return _answer(state, "it is office hours: it was not stopped")
        if not (memory.stop_wanted or memory.restarted):
            return _answer(state, "no stop is overdue")
        return self._stopped(state)

    def acquire(self, execution: str) -> Answer:
        """Keep the database awake for a load, and start it if it sleeps. To be repeated until it is ready."""
        now = self.now.timestamp()

        def hold(memory: Memory) -> None:
            memory.loads = {each: end for each, end in memory.loads.items() if end > now}
            memory.loads[execution] = now + self.lease_seconds

        memory = self.leases.change(hold)
        # After the hold: from now on no call decides to stop it.
        state = self.instance.state()
        if state == STOPPED:
            # Before the start: if this call dies after it, the load's end stops the database.
            self.leases.change(_wake)
            return self._started(state)
        answer = _answer(state, "")
        if answer["status"] == DatabaseStatus.ASLEEP:
            # It is stopping, and can be started when it has stopped.
            return {**answer, "status": DatabaseStatus.WAIT}
        if answer["status"] == DatabaseStatus.READY and now < memory.stopping + STOPPING_SECONDS:
            return {**_answer(state, "a stop was just asked for"), "status": DatabaseStatus.WAIT}
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
            self.leases.change(_forget)
            return _answer(state, "it is office hours: it was not stopped")
        return self._stopped(state)

    def restarted(self, event: str) -> Answer:
        """Stop the database again that AWS has started because it was stopped for seven days."""
        state = self.instance.state()
        if event == AWS_RESTARTS:
            # It starts, and can be stopped when it has: that is told by another event.
            self.leases.change(_remember_restart)
            return _answer(state, "AWS starts it: it is stopped when it has started")
        if event != STARTED or not self.leases.read().restarted:
            return _answer(state, "AWS did not start it")
        if self.is_open:
            self.leases.change(_forget)
            return _answer(state, "it is office hours: it was not stopped")
        return self._stopped(state)

    def _started(self, state: str) -> Answer:
        done = self.instance.start()
        return {
            "status": DatabaseStatus.WAIT,
            "message": "The database is being started." if done else f"The database is no longer {state}.",
        }

    def _stopped(self, state: str) -> Answer:
        """Stop the database unless a load holds it. What cannot be done now stays wanted."""
        now = self.now.timestamp()

        def decide(memory: Memory) -> None:
            held = bool(memory.live(now))
            if state in SLEEPING and not held:
                _forget(memory)
                return
            memory.stop_wanted = True
            if state == AVAILABLE and not held:
                memory.stopping = max(memory.stopping, now)

        memory = self.leases.change(decide)
        if loads := memory.live(now):
            return _answer(state, f"{len(loads)} load(s) in progress: the last one stops it")
        if state in SLEEPING:
            return _answer(state, "it was not stopped")
        if state != AVAILABLE:
            return _answer(state, "it cannot be stopped now, which is tried again")
        if not self.instance.stop():
            message = f"The database is no longer {state}; the stop is tried again."
            return {"status": DatabaseStatus.WAIT, "message": message}
        self.leases.change(lambda memory: _forget(memory) if memory.stopping == now else None)
        return {"status": DatabaseStatus.ASLEEP, "message": "The database is being stopped."}


def _answer(state: str, what: str) -> Answer:
    message = f"The database is {state}" + (f"; {what}." if what else ".")
    return {"status": status_of(state), "message": message}


def _forget(memory: Memory) -> None:
    """Forget the stops that are overdue."""
    memory.stop_wanted = memory.restarted = False


def _wake(memory: Memory) -> None:
    """Remember that a load starts the database. What was decided before has taken effect: it has stopped."""
    memory.stop_wanted = True
    memory.stopping = 0.0


def _remember_restart(memory: Memory) -> None:
    memory.restarted = True
