"""`caudal release` lets the next execution publish a rejected batch."""

from __future__ import annotations

import json

from tests.cli.quarantine.command_line import CommandLine
from tests.toy.drops import HEAD


def test_rejected_batch_is_published_after_its_release(cli: CommandLine) -> None:
    assert "there is no rejected batch or hold b-0" in cli.run("release", "b-0").stderr
    bad = "".join(f"{number},1,2024-03-01,-1,shop\n" for number in range(100, 120))
    cli.pipeline.drop({"sales_march.csv": HEAD["sales"] + "99,1,2024-03-01,1,shop\n" + bad})
    rejected = cli.pipeline.ingest()
    assert (rejected["status"], rejected["proceed"]) == ("REJECTED", False)
    cli = cli.mirrored()
    result = cli.run("release", rejected["batch_id"])
    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"{rejected['batch_id']} is released; the next execution of caudal-test-toy"
    )
    assert "was released before" in cli.run("release", rejected["batch_id"]).stdout
    assert cli.pipeline.ingest()["proceed"] is True
    note = cli.pipeline.store.read("ledger", f"toy/released/{rejected['batch_id']}.json")
    assert json.loads(note)["released_by"].startswith("arn:aws:")
