"""Scripts come from npm's packages with the pinned hash, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import packages
from dashboard.errors import DashboardError


def test_the_fetched_files_are_there_with_their_licences(packages: Path) -> None:
    names = {file.name for file in packages.iterdir()}
    assert {"vega.js", "vega-lite.js", "vega-interpreter.js", "inter.woff2"} <= names
    assert {"vega.LICENSE", "vega-lite.LICENSE", "vega-interpreter.LICENSE", "inter.LICENSE"} <= names


def test_another_content_is_refused_with_both_hashes() -> None:
    with pytest.raises(DashboardError, match=r"vega@6\.4\.0 has the hash sha512-.* is pinned"):
        packages.check_hash(packages.PACKAGES[0], b"something else")


def test_without_npm_the_message_says_what_to_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    with pytest.raises(DashboardError, match=r"vega@6.4.0 could not be fetched.*npm config get registry"):
        packages.installed(packages.PACKAGES, tmp_path)


def test_the_interpreter_becomes_a_script_of_the_global_vega() -> None:
    module = (
        "import { ascending, isString, DisallowedObjectProperties } from 'vega-util';\n"
        "\nconst expression = 1;\n"
        "export { expression as expressionInterpreter };\n//# sourceMappingURL=x.map"
    )
    script = packages.as_classic_script(module)
    assert script.startswith("(() => {\n'use strict';\nconst { ascending,")
    assert "vega.expressionInterpreter = expression;" in script
    assert "sourceMappingURL" not in script


def test_an_interpreter_of_another_form_is_refused() -> None:
    with pytest.raises(DashboardError, match="not built as expected"):
        packages.as_classic_script("import { x } from 'vega-util';\nexport { x };")


def test_versions_and_hashes_are_pinned() -> None:
    for each in (*packages.PACKAGES, packages.AXE):
        assert each.version[0].isdigit()
        assert each.integrity.startswith("sha512-")
    assert replace(packages.AXE, version="1").name == "axe-core"
