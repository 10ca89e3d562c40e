"""The archive of packages that every Glue job imports. Equal sources give equal bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

PACKAGES = ("domains", "glue_jobs", "lake", "serving", "transforms")
NOT_SHIPPED = ("serving/read/",)
"""Prefixes left out: applications use the read library, no job or function does."""

ARCHIVE = "caudal.zip"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILE = 0o644 << 16
_FOLDER = (0o40755 << 16) | 0x10
_SHIPPED = {".py", ".sql", ".json", ".csv", ".pem"}


def build_library(target: Path, *, root: Path) -> Path:
    """Write `caudal.zip` into the folder `target` and return its path.

    The archive holds PACKAGES of `root` and every portion of the namespace package `domains`: a domain
    in another folder of `sys.path` is included. Names are sorted and timestamps fixed, so that equal
    sources give equal bytes and a deployment without changes uploads nothing.
    """
    return write_archive(target / ARCHIVE, package_files(root, PACKAGES))


def package_files(root: Path, packages: Sequence[str]) -> dict[str, Path]:
    """Return archive name → file for packages of `root`; `domains` includes all of its portions."""
    import domains

    portions = {Path(path).resolve() for path in domains.__path__}
    folders = [root / name for name in packages if name != "domains"]
    own = _files(sorted(portions), "domains") if "domains" in packages else {}
    found = {**own, **_files(folders)}
    return {name: path for name, path in found.items() if not name.startswith(NOT_SHIPPED)}


def write_archive(archive: Path, files: Mapping[str, Path]) -> Path:
    """Write `files` as a zip with sorted names and fixed timestamps, and return its path."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted({*files, *_parents(files)}):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _FOLDER if name.endswith("/") else _FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, files[name].read_bytes() if name in files else b"")
    return archive


def _parents(names: Iterable[str]) -> set[str]:
    """Return the folders of `names` as entries: zipimport finds a namespace package only by its folder."""
    return {f"{parent}/" for name in names for parent in PurePosixPath(name).parents if parent.name}


def _files(folders: Sequence[Path], package: str = "") -> dict[str, Path]:
    return {
        f"{package or folder.name}/{path.relative_to(folder).as_posix()}": path
        for folder in folders
        for path in _sources(folder)
    }


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in _SHIPPED and "__pycache__" not in path.parts:
            yield path
