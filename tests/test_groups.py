"""Tests that share Spark or a local cloud run in one process."""

from __future__ import annotations

import pytest

from tests.groups import TESTS, group_of


@pytest.mark.parametrize(
    ("file", "group"),
    [
        ("glue_jobs/relational/test_load.py", "spark"),
        ("domains/ecommerce/test_gold.py", "spark"),
        ("cli/quarantine/test_search.py", "spark"),
        ("cli/test_upload.py", "clouds"),
        ("e2e/test_catalog.py", "clouds"),
        ("test_groups.py", "clouds"),
        ("dashboard/browser/test_pages.py", "pages"),
        ("infra/dashboards/test_stack.py", "clouds"),
    ],
)
def test_the_folder_decides(file: str, group: str) -> None:
    assert group_of(TESTS / file) == group
