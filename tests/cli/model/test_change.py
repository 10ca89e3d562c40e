"""`caudal model promote|rollback`."""

from __future__ import annotations

import pytest

from cli.model.place import Place
from lake.naming import COLD_START
from tests.cli.model.conftest import NAMES, ModelLine

PIPELINE = NAMES.state_machine("stall")


def promoted(cli: ModelLine) -> str:
    pointer = cli.pointer()
    return COLD_START if pointer is None else pointer.version


def test_promoted_version_is_published_by_the_pipeline(cli: ModelLine) -> None:
    version = cli.add(1)
    done = cli.run("promote", version, "--why", "  fewer false alarms ")
    assert done.exit_code == 0
    assert done.stdout == (
        f"{version} is promoted and replaces {COLD_START}.\nThe pipeline publishes it: run-1 of {PIPELINE}.\n"
    )
    pointer = cli.pointer()
    assert pointer is not None
    assert (pointer.version, pointer.previous, pointer.why) == (version, COLD_START, "fewer false alarms")
    assert pointer.by.startswith("arn:aws:")
    assert cli.states.started == [PIPELINE]


def test_rollback_goes_back_and_forward(cli: ModelLine) -> None:
    first, second = cli.add(1), cli.add(2)
    cli.promote(first)
    cli.promote(second)
    assert cli.run("rollback", "--why", "wrong").exit_code == 0
    assert promoted(cli) == first
    assert cli.run("rollback", "--why", "right after all").exit_code == 0
    assert promoted(cli) == second
    assert cli.run("promote", COLD_START, "--why", "both wrong").exit_code == 0
    assert promoted(cli) == COLD_START
    assert cli.states.started == [PIPELINE] * 3


def test_version_that_is_promoted_stays(cli: ModelLine) -> None:
    version = cli.add(1)
    cli.promote(version)
    cli.publish(version)
    done = cli.run("promote", version, "--why", "again")
    assert (done.exit_code, done.stdout) == (
        0,
        f"{version} is promoted already.\nIt is published, too; nothing was changed.\n",
    )
    assert cli.states.started == []


def test_version_that_is_promoted_but_not_published_is_published(cli: ModelLine) -> None:
    """A training that died after its promotion did not start the pipeline."""
    version = cli.add(1)
    cli.promote(version)
    done = cli.run("promote", version, "--why", "again")
    assert (done.exit_code, done.stdout) == (
        0,
        f"{version} is promoted already.\nThe pipeline publishes it: run-1 of {PIPELINE}.\n",
    )
    assert cli.states.started == [PIPELINE]


def test_refused_moves_change_nothing(cli: ModelLine) -> None:
    version = cli.add(1)
    for words, problem in (
        (("promote", version), "the reason is missing"),
        (("promote", version, "--why", " "), "the reason is missing"),
        (("promote", "m-20200101-0123456789ab", "--why", "x"), "there is no version"),
        (("promote", "../x", "--why", "x"), "there is no version '../x'"),
        (("rollback", "--why", "x"), "there is no version to go back from"),
    ):
        refused = cli.run(*words)
        assert refused.exit_code == 2, words
        assert problem in refused.stderr
        assert "to do: " in refused.stderr
    assert cli.pointer() is None
    assert cli.states.started == []


def test_damaged_version_is_not_promoted(cli: ModelLine) -> None:
    version = cli.add(1)
    cli.put(f"models/stall/usual_takings/{version}/parameters.json", b"[")
    refused = cli.run("promote", version, "--why", "x")
    assert refused.exit_code == 2
    assert "the version cannot be used" in refused.stderr
    assert cli.pointer() is None


def test_damaged_pointer_is_not_moved(cli: ModelLine) -> None:
    version = cli.add(1)
    cli.put("model-pointers/stall/usual_takings.json", b"{")
    refused = cli.run("promote", version, "--why", "x")
    assert (refused.exit_code, "list-object-versions" in refused.stderr) == (2, True)


def test_pointer_that_another_moves_meanwhile_is_left(
    cli: ModelLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = cli.add(1), cli.add(2)
    read = Place.pointer

    def overtaken(place: Place) -> object:
        found = read(place)
        cli.promote(first)
        return found

    monkeypatch.setattr(Place, "pointer", overtaken)
    refused = cli.run("promote", second, "--why", "x")
    assert refused.exit_code == 2
    assert "the pointer was moved in the meantime" in refused.stderr
    assert promoted(cli) == first


def test_pipeline_that_does_not_start_leaves_the_move_done(cli: ModelLine) -> None:
    version = cli.add(1)
    cli.states.machines = ()
    partly = cli.run("promote", version, "--why", "x")
    assert partly.exit_code == 1
    assert f"{version} is promoted" in partly.stdout
    assert "there is no state machine for the pipeline" in partly.stderr
    assert promoted(cli) == version
