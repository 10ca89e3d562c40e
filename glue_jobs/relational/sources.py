"""The files of the silver tables and marts that a load copies, by month, and the memory of their content.

Content hashes of files that an earlier load has read are remembered in S3. Losing them costs time only.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from glue_jobs.relational.content import Content
from glue_jobs.runtime.args import JobArguments
from glue_jobs.runtime.store import Listed, ObjectStore
from lake import naming
from lake.files.sizes import unpacked_bytes
from lake.model.relational.schema import RelationalSchema
from lake.naming.relational import contents_key

_FILE = re.compile(r"(?:year=(?P<year>\d+)/)?(?:month=(?P<month>\d+)/)?[^/]+\.parquet")


@dataclass(frozen=True, kw_only=True)
class Source:
    """A relational table and the Parquet files of each month (year × 100 + month) of its origin."""

    schema: RelationalSchema
    bucket: str
    prefix: str
    months: Mapping[int, tuple[Listed, ...]]

    @property
    def size(self) -> int:
        """About the bytes of all files, unpacked."""
        return self.size_of(self.months)

    def size_of(self, months: Iterable[int]) -> int:
        """Return about the bytes of the files of months, unpacked."""
        return sum(unpacked_bytes(file.key, file.size) for month in months for file in self.months[month])

    def fingerprint(self, month: int) -> str:
        """Return a hash that changes when a file of the month, or the declaration, does."""
        files = [f"{file.key} {file.etag} {file.size}" for file in self.months[month]]
        return hashlib.sha256("\n".join([self.schema.digest, *files]).encode()).hexdigest()[:32]


def source(store: ObjectStore, args: JobArguments, schema: RelationalSchema) -> Source:
    """Return the files of a relational table's origin."""
    bucket = args.curated_bucket if schema.layer == "gold" else args.processed_bucket
    prefix = naming.layer_prefix(schema.layer, args.domain, schema.name)
    months: dict[int, list[Listed]] = defaultdict(list)
    for item in store.list(bucket, prefix):
        match = _FILE.fullmatch(item.key.removeprefix(prefix))
        if match:
            months[int(match["year"] or 0) * 100 + int(match["month"] or 0)].append(item)
    return Source(
        schema=schema,
        bucket=bucket,
        prefix=prefix,
        months={month: tuple(files) for month, files in sorted(months.items())},
    )


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The content of a month that is loaded, and the number of rows that are refused."""

    content: Content
    refused: int = 0


Remembered = dict[str, dict[str, Counted]]
"""Table → fingerprint → what was counted."""


def recall(store: ObjectStore, args: JobArguments) -> Remembered:
    """Return what earlier loads counted; nothing if the object is missing or of another version."""
    try:
        stored = json.loads(store.read(args.processed_bucket, contents_key(args.domain)))
        return {
            table: {
                fingerprint: Counted(content=Content(**each["content"]), refused=each["refused"])
                for fingerprint, each in entries.items()
            }
            for table, entries in stored.items()
        }
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        # The memory is an economy: without it everything is counted again.
        return {}


def remember(store: ObjectStore, args: JobArguments, counted: Remembered) -> None:
    """Store what was counted of the present files; that of replaced files is forgotten."""
    body = {
        table: {fingerprint: asdict(each) for fingerprint, each in entries.items()}
        for table, entries in counted.items()
    }
    store.write(args.processed_bucket, contents_key(args.domain), json.dumps(body, indent=1).encode())
