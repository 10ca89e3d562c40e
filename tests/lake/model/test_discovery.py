"""Discovery of domains in folders and zips on the path."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from lake.errors import UnknownNameError
from lake.model.discovery import domain_folders, domain_names, load_domain, load_domains, transformation
from tests.infra.third_domain import write_domain


def test_shipped_domains_are_found() -> None:
    assert {"cloud_provider", "ecommerce"} <= set(domain_names())
    assert [domain.name for domain in load_domains()] == list(domain_names())


def test_folder_on_the_path_adds_a_domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = domain_names()
    monkeypatch.syspath_prepend(str(write_domain(tmp_path, "found_in_folder")))
    assert set(domain_names()) == {*before, "found_in_folder"}
    assert load_domain("found_in_folder").name == "found_in_folder"
    assert str(tmp_path / "domains") in domain_folders()


def test_zip_on_the_path_adds_a_domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zip has entries for folders, as that of the jobs: zipimport needs them for namespace packages."""
    folder = write_domain(tmp_path / "source", "found_in_zip")
    archive = tmp_path / "domains.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(folder.rglob("*")):
            packed.write(path, path.relative_to(folder).as_posix())
    monkeypatch.syspath_prepend(str(archive))
    assert "found_in_zip" in domain_names()
    assert str(archive / "domains") in domain_folders()
    assert load_domain("found_in_zip").table("books").key == ("book_id",)


def test_unknown_domain_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "domains").mkdir()
    (tmp_path / "domains" / "no_package.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "no_package" not in domain_names()
    with pytest.raises(UnknownNameError, match=r"there is no domain 'shop'\. Known: .*ecommerce"):
        load_domain("shop")


def test_transformation_is_the_module_named_after_its_table() -> None:
    module = transformation("ecommerce", "gold", "sales_by_month")
    assert module.__name__ == "domains.ecommerce.gold.sales_by_month"
    assert callable(module.build)
