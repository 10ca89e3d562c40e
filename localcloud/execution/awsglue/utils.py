"""`awsglue.utils`: the job arguments."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

_BOOKMARKS = ("job-bookmark-enable", "job-bookmark-pause", "job-bookmark-disable")
_RANGE = ("job-bookmark-from", "job-bookmark-to")
_RESERVED = (
    "JOB_ID",
    "JOB_RUN_ID",
    "SECURITY_CONFIGURATION",
    "encryption-type",
    "job-bookmark-option",
    *_RANGE,
)
_TEMPORARY = ("TempDir", "RedshiftTempDir")


class GlueArgumentError(Exception):
    """A requested argument is missing, or the value of an argument is not allowed."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise GlueArgumentError(message)


def getResolvedOptions(args: Sequence[str], options: Sequence[str]) -> dict[str, Any]:
    """Return the values of `options` in `args` (usually `sys.argv`), by name.

    As on Glue: every option must be present, as `--name value` or `--name=value`, spelt in full; other
    arguments are ignored; dashes in a name become underscores; the result includes the arguments that Glue
    passes itself (`JOB_RUN_ID`, `job_bookmark_option`, …), None for those that were not passed. Raises
    GlueArgumentError for a missing option or an invalid value, RuntimeError for a reserved option.
    """
    parser = _Parser(allow_abbrev=False, add_help=False)
    for name in _RESERVED:
        if name in options:
            raise RuntimeError(f"Using reserved arguments {name}")
        choices = _BOOKMARKS if name == "job-bookmark-option" else None
        parser.add_argument(f"--{name}", choices=choices)
    for name in _TEMPORARY:
        parser.add_argument(f"--{name}")
    for name in options:
        if name not in _TEMPORARY:
            parser.add_argument(f"--{name}", required=True)
    values = vars(parser.parse_known_args(list(args[1:]))[0])
    values["job_bookmark_option"] = values["job_bookmark_option"] or "job-bookmark-disable"
    _check_range(values)
    directory = values["TempDir"] or values["RedshiftTempDir"]
    return {**values, "TempDir": directory, "RedshiftTempDir": directory}


def _check_range(values: dict[str, Any]) -> None:
    given = [name for name in _RANGE if values[name.replace("-", "_")] is not None]
    if values["job_bookmark_option"] != "job-bookmark-pause":
        if len(given) == len(_RANGE):
            raise RuntimeError(f"Invalid option(s) {' '.join(_RANGE)}: they belong to job-bookmark-pause")
    elif len(given) == 1:
        raise RuntimeError(f"Missing option or value for {next(n for n in _RANGE if n not in given)}")
