"""Checks of whole files: a file that fails one is rejected, and quarantined as one record."""

from __future__ import annotations

from collections.abc import Mapping

FILE_HEADER = "file.header"
FILE_NAME = "file.name"
FILE_CONTENT = "file.content"
FILE_UNREADABLE = "file.unreadable"
FILE_EMPTY_OF_RECORDS = "file.empty_of_records"

FILE_CHECKS: Mapping[str, str] = {
    FILE_HEADER: "The name begins with a table's name, and the header has the table's key columns.",
    FILE_NAME: "The name is that of plain text or of .gz, and the key is one that every client of S3 finds.",
    FILE_CONTENT: "The content is text, compressed as the name says.",
    FILE_UNREADABLE: "The reader can read the file by itself.",
    FILE_EMPTY_OF_RECORDS: "A file with text after its header has at least one record.",
}
"""Name of each check, with what it requires of a file."""
