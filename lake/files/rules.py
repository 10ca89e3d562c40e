"""The version of the rules by which files are read."""

from __future__ import annotations

READING_RULES = 3
"""Raise it with every change after which the same bytes may give other rows: recognition, parsing, types or
checks. Batches of an older version are named until they are read again.

1: the first rules. 2: line ends and quotes of RFC 4180, exact JSON texts and numbers, ids without
exponents, dates in the future, checks of whole files. 3: a CSV line of half a wide space is a
malformed record."""
