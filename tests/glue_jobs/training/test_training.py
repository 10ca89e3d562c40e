"""A training registers its version and moves the pointer, whole or not at all, whoever else trains."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import functions as F

from glue_jobs.ledger.damage import DamagedEntryError
from glue_jobs.models.pointer import move
from lake.errors import CaudalError
from lake.model.training import Decision, Training
from lake.naming import COLD_START, RunStatus, metadata_key, pointer_key
from tests.fakes import FolderStore, KillableStore, KilledError
from tests.glue_jobs.training.conftest import COSTS, DOMAIN, MODEL, NOW, Lake, outcome, write_costs

POINTER = pointer_key(DOMAIN.name, MODEL.name)


def test_better_model_is_registered_and_promoted(lake: Lake) -> None:
    trained = lake.train()
    assert trained.status == RunStatus.PROMOTED
    assert lake.versions() == [trained.version]
    pointer = lake.pointer()
    assert pointer is not None
    assert (pointer.version, pointer.previous, pointer.by, pointer.why) == (
        trained.version, COLD_START, "x0001", "It is better.",
    )  # fmt: skip
    version = lake.registry.read(str(trained.version))
    assert (version.window_start, version.window_end) == (date(2025, 10, 1), date(2025, 11, 30))
    assert sorted(version.fingerprint) == ["2025-10", "2025-11"]
    assert version.figures == {"f1": "0.9", "decision": "promote", "reasons": ["It is better."]}
    assert (version.parent, version.by) == (None, "x0001")
    assert trained.message == (
        f"Model cost_anomaly: {trained.version} is promoted and replaces cold-start. Trained on 2025-10-01 "
        "to 2025-11-30. It is better.\nF1  0.9"
    )


def test_domain_gets_its_inputs_and_the_champion(lake: Lake) -> None:
    lake.train()
    [given] = lake.seen
    assert set(given) == {*MODEL.inputs, "champion"}
    assert given["champion"] is None
    costs, verdicts = (given[name] for name in MODEL.inputs)
    assert costs is not None
    assert verdicts is not None
    assert (costs.count(), verdicts.count()) == (len(COSTS), 0)
    lake.outcome = outcome(level_costs=28)
    lake.train(execution="x0002")
    champion = lake.seen[1]["champion"]
    assert champion is not None
    assert [row.asDict()["level_costs"] for row in champion.collect()] == [42]


def test_model_that_is_not_better_is_registered_and_the_champion_stays(lake: Lake) -> None:
    lake.outcome = outcome(Decision.KEEP)
    trained = lake.train()
    assert trained.status == RunStatus.KEPT
    assert lake.versions() == [trained.version]
    assert lake.pointer() is None
    assert f"cold-start stays; {trained.version} is in the registry." in trained.message


def test_too_little_data_changes_nothing(lake: Lake) -> None:
    lake.outcome = Training(decision=Decision.TOO_LITTLE_DATA, reasons=("There are no daily costs.",))
    trained = lake.train()
    assert trained.status == RunStatus.TOO_LITTLE_DATA
    assert (trained.version, lake.versions(), lake.pointer()) == (None, [], None)
    assert trained.message == (
        "Model cost_anomaly: too little data to train on; cold-start stays. There are no daily costs."
    )


def test_training_again_on_the_same_data_finds_its_version(lake: Lake) -> None:
    first = lake.train()
    lake.outcome = outcome(Decision.KEEP)
    again = lake.train(execution="x0002")
    assert (again.status, again.version) == (RunStatus.UNCHANGED, first.version)
    assert lake.versions() == [first.version]
    assert "The same data and code had been trained before." in again.message


def test_other_files_and_order_give_the_same_version_and_content(lake: Lake) -> None:
    first = lake.train()
    key = metadata_key(DOMAIN.name, MODEL.name, str(first.version))
    content = lake.store.read("ledger", key)
    lake.store.delete("ledger", [POINTER])
    lake.store.delete("ledger", [each.key for each in lake.store.list("ledger", "models/")])
    write_costs(lake.store.root, reversed(COSTS), files=3)
    again = lake.train()
    assert again.version == first.version
    assert lake.store.read("ledger", key) == content


def test_corrected_cost_gives_another_version(lake: Lake) -> None:
    first = lake.train()
    write_costs(lake.store.root, [*COSTS[:-1], (*COSTS[-1][:3], "7")])
    second = lake.train(execution="x0002")
    assert second.version != first.version
    assert second.champion == first.version
    parent = lake.registry.read(str(second.version)).parent
    assert parent == first.version


@pytest.mark.parametrize("changes", range(3))
def test_killed_training_leaves_nothing_half_and_the_next_one_completes_it(lake: Lake, changes: int) -> None:
    """The changes are parameters, metadata, pointer."""
    dying = KillableStore(lake.store.root, killed_at=changes)
    with pytest.raises(KilledError):
        lake.train(store=dying)
    assert lake.pointer() is None
    assert [each for each in lake.versions() if not each.startswith("damaged")] == lake.versions()[
        : changes == 2
    ]
    trained = lake.train(execution="x0002")
    assert trained.status == RunStatus.PROMOTED
    assert lake.versions() == [trained.version]
    pointer = lake.pointer()
    assert pointer is not None
    assert pointer.version == trained.version


def test_execution_that_died_after_the_promotion_reports_it_when_it_is_repeated(lake: Lake) -> None:
    first = lake.train()
    assert lake.train().status == RunStatus.PROMOTED
    assert lake.train(execution="x0002").status == RunStatus.UNCHANGED
    assert lake.versions() == [first.version]


class OvertakenStore(FolderStore):
    """A store in which another training promotes its version before this one moves the pointer."""

    def swap(self, bucket: str, key: str, body: bytes, etag: str | None) -> bool:
        if etag is None:
            FolderStore(self.root).swap(bucket, key, body.replace(b"x0001", b"other"), None)
        return super().swap(bucket, key, body, etag)


def test_of_two_trainings_at_once_one_promotes_and_the_other_says_so(lake: Lake) -> None:
    trained = lake.train(store=OvertakenStore(lake.store.root))
    assert trained.status == RunStatus.KEPT
    assert (
        "The version would have been promoted, but the pointer was moved in the meantime" in trained.message
    )
    pointer = lake.pointer()
    assert pointer is not None
    assert pointer.by == "other"


def test_champion_that_cannot_be_read_is_no_rival(lake: Lake) -> None:
    first = lake.train()
    key = metadata_key(DOMAIN.name, MODEL.name, str(first.version))
    lake.store.write("ledger", key, b"{")
    lake.outcome = outcome(level_costs=28)
    second = lake.train(execution="x0002")
    assert second.status == RunStatus.PROMOTED
    assert lake.seen[1]["champion"] is None
    assert "The champion was no rival, because it cannot be read" in second.message
    assert key in second.message


def test_damaged_pointer_stops_the_training_with_a_remedy_and_changes_nothing(lake: Lake) -> None:
    lake.store.write("ledger", POINTER, b"{")
    with pytest.raises(DamagedEntryError, match="list-object-versions"):
        lake.train()
    assert lake.versions() == []


def test_pointer_to_the_cold_start_has_no_champion(lake: Lake) -> None:
    move(
        lake.store, "ledger", DOMAIN.name, MODEL.name, expected=None, to=COLD_START, by="ann", why="x", at=NOW
    )
    trained = lake.train()
    assert (trained.status, trained.champion) == (RunStatus.PROMOTED, COLD_START)
    assert lake.seen[0]["champion"] is None


def test_days_to_come_are_not_trained_on(lake: Lake) -> None:
    write_costs(lake.store.root, [("org_1", "compute", date(2026, month, 1), "1") for month in (1, 2)])
    lake.train()
    costs = lake.seen[0][MODEL.inputs[0]]
    assert costs is not None
    assert costs.agg(F.max("usage_date")).collect()[0][0] == date(2026, 1, 1)


def test_training_of_a_domain_has_to_return_a_training(lake: Lake) -> None:
    lake.outcome = "done"  # type: ignore[assignment]
    with pytest.raises(CaudalError, match="train returned a str"):
        lake.train()
