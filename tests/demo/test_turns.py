"""What waits for its turn is printed later, and then at once."""

from __future__ import annotations

import io
import subprocess
import sys
from threading import Event

import pytest
from rich.console import Console

from demo.turns import Turn, run_beside
from tests.demo.conftest import Output


def test_text_appears_with_the_turn_and_then_at_once(console: Output) -> None:
    turn = Turn(console)
    turn.console.print("second, early")
    console.print("first")
    assert console.lines == ["first"]
    turn.take()
    assert console.lines == ["first", "second, early"]
    turn.console.print("second, late")
    assert console.lines == ["first", "second, early", "second, late"]


def test_colours_are_those_of_the_console_but_nothing_moves() -> None:
    shown = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=40)
    turn = Turn(shown)
    with turn.console.status("working …"):
        turn.console.print("[green]✓[/] done")
    turn.take()
    assert shown.file.getvalue() == "\x1b[32m✓\x1b[0m done\n"  # type: ignore[attr-defined]


def test_a_file_gets_no_colours(console: Output) -> None:
    turn = Turn(console)
    turn.console.print("[green]✓[/] done")
    turn.take()
    assert console.file.getvalue() == "✓ done\n"  # type: ignore[attr-defined]


def test_text_after_the_end_is_dropped(console: Output) -> None:
    turn = Turn(console)
    turn.console.print("early")
    turn.take()
    turn.take()
    turn.end()
    turn.console.print("late")
    assert console.lines == ["early"]


LIMIT = 30


class Part:
    """A part that prints its name, waits for its event, prints again, and succeeds, fails or raises."""

    def __init__(self, name: str, console: Console, end: bool | BaseException = True) -> None:
        self._name, self._console, self._end = name, console, end
        self.may_end = Event()
        self.has_begun = Event()

    def __call__(self) -> bool:
        self._console.print(f"{self._name} begins")
        self.has_begun.set()
        assert self.may_end.wait(LIMIT)
        self._console.print(f"{self._name} ends")
        if isinstance(self._end, BaseException):
            raise self._end
        return self._end


def parts_of(console: Output, *ends: bool | BaseException) -> tuple[Part, list[tuple[Part, Turn]]]:
    """Return a first part and others that may end at once."""
    turns = [Turn(console) for _ in ends[1:]]
    consoles = [console, *(turn.console for turn in turns)]
    parts = [Part(f"{n}", each, end) for n, (each, end) in enumerate(zip(consoles, ends, strict=True), 1)]
    for part in parts:
        part.may_end.set()
    return parts[0], list(zip(parts[1:], turns, strict=True))


ALL = ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]


@pytest.mark.parametrize("ends", [(True, True, True), (True, False, True), (False, True, True)])
def test_parts_succeed_together(console: Output, ends: tuple[bool, ...]) -> None:
    assert run_beside(*parts_of(console, *ends)) == all(ends)
    assert console.lines == ALL


def test_one_part_needs_no_turn(console: Output) -> None:
    assert run_beside(parts_of(console, True)[0], [])


@pytest.mark.parametrize("failing", [{1}, {2}, {3}, {2, 3}, {1, 2, 3}])
def test_error_of_a_part_does_not_lose_the_output_of_others(console: Output, failing: set[int]) -> None:
    ends = [ValueError(f"error {n}") if n in failing else True for n in (1, 2, 3)]
    with pytest.raises(ValueError, match=f"error {min(failing)}"):
        run_beside(*parts_of(console, *ends))
    assert console.lines == ALL


def test_parts_go_on_after_an_error_of_the_first(console: Output) -> None:
    first, [(second, turn)] = parts_of(console, ValueError("error 1"), True)
    second.may_end.clear()

    def fail() -> bool:
        assert second.has_begun.wait(LIMIT)
        second.may_end.set()
        return first()

    with pytest.raises(ValueError, match="error 1"):
        run_beside(fail, [(second, turn)])
    assert console.lines[-1] == "2 ends"


def test_interrupt_prints_what_the_others_have_and_does_not_wait(console: Output) -> None:
    first, [(second, turn)] = parts_of(console, KeyboardInterrupt(), True)
    second.may_end.clear()

    def interrupt() -> bool:
        assert second.has_begun.wait(LIMIT)
        return first()

    with pytest.raises(KeyboardInterrupt):
        run_beside(interrupt, [(second, turn)])
    assert console.lines == ["1 begins", "1 ends", "2 begins"]
    second.may_end.set()
    turn.console.print("2 goes on")
    assert console.lines == ["1 begins", "1 ends", "2 begins"]


def test_interrupt_in_the_turn_of_the_second_shows_what_the_third_has(
    console: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, [(second, turn), (third, last)] = parts_of(console, True, True, True)
    third.may_end.clear()

    def interrupt() -> None:
        assert third.has_begun.wait(LIMIT)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(turn, "take", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_beside(first, [(second, turn), (third, last)])
    third.may_end.set()
    assert console.lines[-1] == "3 begins"
    assert "2 begins" in console.lines


def test_a_part_that_goes_on_does_not_keep_the_process_from_its_end() -> None:
    program = """
import time
from rich.console import Console
from demo.turns import Turn, run_beside

console = Console()
turn = Turn(console)

def first():
    while not begun:
        time.sleep(0.01)
    raise KeyboardInterrupt

def second():
    turn.console.print("second begins")
    begun.append(True)
    time.sleep(3600)

begun = []
try:
    run_beside(first, [(second, turn)])
except KeyboardInterrupt:
    console.print("interrupted")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LIMIT)
    assert (ended.returncode, ended.stdout) == (0, "second begins\ninterrupted\n"), ended.stderr
