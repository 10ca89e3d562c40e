"""The text of a view in the catalog."""

from __future__ import annotations

import base64
import json
import re

from localcloud.execution.athena.errors import QueryError

_MARK = re.compile(r"/\* Presto View: (\S+) \*/")


def query_of(original: str) -> tuple[str, str]:
    """Return a view's query and the database of its unqualified names."""
    match = _MARK.fullmatch(original.strip())
    if match is None:
        raise QueryError("INVALID_VIEW", "The view was not created by Athena")
    document = json.loads(base64.b64decode(match[1]))
    return document["originalSql"], document["schema"]
