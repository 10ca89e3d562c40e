"""The scripts and the font of the pages: packages of npm, pinned by version and hash.

The npm client fetches them once into `.build/dashboard`. Pages load nothing from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import DashboardError

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Package:
    """A package of npm, its `integrity` as npm's lock files spell it, and file in it → own name."""

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]
    adapt: Callable[[str], str] | None = None


def as_classic_script(module: str) -> str:
    """Return the interpreter's module as a script that adds to the global `vega`, which has all it imports.

    Raises DashboardError if the module imports or exports anything else than is known.
    """
    imports = "import { ascending, isString, DisallowedObjectProperties } from 'vega-util';"
    exports = "export { expression as expressionInterpreter };"
    if (module.count(imports), module.count(exports), module.count("\nimport ")) != (1, 1, 0):
        raise DashboardError(
            "the interpreter of vega-interpreter is not built as expected.",
            where="dashboard/packages.py",
            hint="Adapt as_classic_script to the version that is pinned.",
        )
    body = module.replace(imports, "const { ascending, isString, DisallowedObjectProperties } = vega;")
    body = body.replace(exports, "vega.expressionInterpreter = expression;").split("//# sourceMappingURL")[0]
    return f"(() => {{\n'use strict';\n{body}}})();\n"


PACKAGES = (
    Package(
        "vega",
        "6.4.0",
        "sha512-rHXCq2LpEWCLMjXBEj7hocY9G0/i5TGYRayGGSj06VTF4+l2IG2Z7oeZKCjWbUh/7hTE/mVhbaOPB72wCElh6g==",
        {"build/vega.min.js": "vega.js", "LICENSE": "vega.LICENSE"},
    ),
    Package(
        "vega-lite",
        "6.4.3",
        "sha512-d/7hPjfz560UERaQuTmGgIVfXAe3g2hJWeC+igDeaGohUdEoNrHLXgR/yTOBT8vV/lIuuKnw+0/xWWblkDwkMQ==",
        {"build/vega-lite.min.js": "vega-lite.js", "LICENSE": "vega-lite.LICENSE"},
    ),
    Package(
        "vega-interpreter",
        "2.3.2",
        "sha512-JDAoi3taFcCDLujZG84TNNUXdkAZ5WsSHssx8lWVYaxb9Slsjk7v7PtRIYXpSlUwLaKGRBqoJ9KDs36Z0eMEIw==",
        {"build/vega-interpreter.js": "vega-interpreter.js", "LICENSE": "vega-interpreter.LICENSE"},
        as_classic_script,
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "sha512-OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==",
        {"files/inter-latin-wght-normal.woff2": "inter.woff2", "LICENSE": "inter.LICENSE"},
    ),
)
"""In the order in which a page loads them."""

AXE = Package(
    "axe-core",
    "4.14.1",
    "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
    {"axe.min.js": "axe.js", "LICENSE": "axe.LICENSE"},
)
"""Checks pages for accessibility in the tests; no page loads it."""


def installed(packages: tuple[Package, ...] = PACKAGES, root: Path = ROOT) -> Path:
    """Return the folder with the files of the packages, fetched if one is missing. Raises DashboardError."""
    pins = "".join(f"{each.name}@{each.version} {each.integrity}\n" for each in packages)
    folder = root / ".build" / "dashboard" / hashlib.sha256(pins.encode()).hexdigest()[:12]
    names = [name for each in packages for name in each.files.values()]
    if all((folder / name).is_file() for name in names):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        ready = Path(scratch) / "ready"
        ready.mkdir()
        for package in packages:
            _unpack(package, _packed(package, Path(scratch)), ready)
        # Another process may have been faster; what it fetched has the same hashes.
        shutil.rmtree(folder, ignore_errors=True)
        ready.rename(folder)
    return folder


def _packed(package: Package, folder: Path) -> bytes:
    """Return the archive of a package from npm's registry, after comparing its hash."""
    npm = Path(sys.prefix) / "bin" / "npm"
    wanted = f"{package.name}@{package.version}"
    before = set(folder.glob("*.tgz"))
    try:
        done = subprocess.run(
            [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, wanted],
            capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS, cwd=folder,
            env={**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unreachable(wanted, str(error)) from error
    found = sorted(set(folder.glob("*.tgz")) - before)
    if done.returncode or not found:
        raise _unreachable(wanted, done.stderr.strip()[-300:] or "no file came")
    body = found[0].read_bytes()
    check_hash(package, body)
    return body


def check_hash(package: Package, body: bytes) -> None:
    """Raise DashboardError unless an archive has the pinned hash."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
    if found != package.integrity:
        raise DashboardError(
            f"{package.name}@{package.version} has the hash {found}, and {package.integrity} is pinned.",
            where="npm's registry",
            hint="Do not use it; see which registry the npm client asks: `npm config get registry`.",
        )


def _unpack(package: Package, body: bytes, folder: Path) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as archive:
            for inside, name in package.files.items():
                member = archive.extractfile(f"package/{inside}")
                if member is None:
                    raise DashboardError(
                        f"{package.name}@{package.version} has no file {inside}.",
                        where="dashboard/packages.py",
                    )
                content = member.read()
                if package.adapt and name.endswith(".js"):
                    content = package.adapt(content.decode()).encode()
                (folder / name).write_bytes(content)


def _unreachable(wanted: str, reason: str) -> DashboardError:
    return DashboardError(
        f"the npm package {wanted} could not be fetched: {reason}",
        where="npm's registry",
        hint="Let the npm client reach its registry (`npm config get registry`), then run the command again.",
    )
