"""`caudal withdraw` and `caudal reingest` record what the next execution does."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from cli.main import app
from tests.cli.quarantine.command_line import CommandLine
from tests.cli.quarantine.conftest import SALES


def run(cli: CommandLine, *words: str) -> Result:
    """Run a command, and copy what it wrote in the ledger to the pipeline."""
    result = CliRunner().invoke(app, [*words, "--domain", "toy", "--env", "test"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    cli.run("list")
    return result


def key_of(cli: CommandLine, path: str) -> str:
    [key] = {f.key for b in cli.pipeline.view().batches for f in b.files if f.key.endswith(path)}
    return key


def test_file_is_withdrawn_listed_and_taken_back(cli: CommandLine) -> None:
    key = key_of(cli, SALES)
    assert run(cli, "withdraw").stdout == "No file is withdrawn.\n"
    done = run(cli, "withdraw", key, "--why", "of another \x1b[31mshop")
    assert done.exit_code == 0
    assert done.stdout.startswith("1 files are withdrawn; the next execution of caudal-test-toy-pipeline ")
    assert cli.pipeline.view().withdrawn == {key}
    assert f"{key} (of another \\x1b[31mshop)" in run(cli, "withdraw").stdout
    assert "1 files were withdrawn before." in run(cli, "withdraw", key, "--why", "again").stdout
    assert run(cli, "withdraw", key, "--undo", "--why", "right after all").exit_code == 0
    assert cli.pipeline.view().withdrawn == set()


def test_key_may_be_given_as_its_address(cli: CommandLine) -> None:
    key = key_of(cli, SALES)
    address = f"s3://caudal-test-raw-123456789012-us-east-1/{key}"
    assert run(cli, "withdraw", address, "--why", "wrong").exit_code == 0
    assert cli.pipeline.view().withdrawn == {key}


def test_withdrawal_without_a_reason_or_of_an_unknown_file_changes_nothing(cli: CommandLine) -> None:
    key = key_of(cli, SALES)
    without = run(cli, "withdraw", key)
    assert (without.exit_code, "the reason is missing" in without.stderr) == (2, True)
    unknown = run(cli, "withdraw", key, "toy/sales/gone.csv", "--why", "wrong")
    assert unknown.exit_code == 2
    assert "the ledger has no ingested file of this key; nothing was changed." in unknown.stderr
    assert "where: toy/sales/gone.csv" in unknown.stderr
    assert cli.pipeline.view().decisions == ()


def test_batches_of_older_rules_or_one_batch_are_read_again(cli: CommandLine) -> None:
    none = run(cli, "reingest")
    assert none.stdout == "toy: no batch was read by older rules.\n"
    batch = cli.pipeline.view().batches[0].batch_id
    one = run(cli, "reingest", "--batch", batch)
    assert one.stdout.splitlines()[0] == f"{batch} will be read again"
    assert [each.batch_id for each in cli.pipeline.view().to_reread] == [batch]
    unknown = run(cli, "reingest", "--batch", "b-0")
    assert unknown.exit_code == 2
    assert "there is no such batch that readers use." in unknown.stderr
    assert f"The newest are {batch}" in unknown.stderr
