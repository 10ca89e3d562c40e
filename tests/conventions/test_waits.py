"""Tests replace the waits of one module, never those of the whole process.

Threads of other tests' servers wait as well. Without their waits they take all processor time, and what
records the waits grows without bounds.
"""

from __future__ import annotations

import re

from localcloud.daemon import PROJECT

GLOBAL = re.compile(r"""["'](?:\w+\.)*time\.(?:sleep|monotonic|time)["']|setattr\(time,""")


def test_no_test_replaces_functions_of_time_for_all_threads() -> None:
    found = [
        f"{file.relative_to(PROJECT)}:{number}"
        for file in sorted((PROJECT / "tests").rglob("*.py"))
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if GLOBAL.search(line)
    ]
    assert found == []


def test_patch_of_the_process_is_found() -> None:
    assert GLOBAL.search('patch.setattr("infra.ops.teardown.time' + '.sleep", waits.append)')
    assert not GLOBAL.search('patch.setattr("infra.ops.teardown.sleep", waits.append)')
