"""Starts of Spark with the archive of Java's classes, if there is a whole one for its Java and jars."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from localcloud.java.archive import FOLDER, Archive
from localcloud.java.home import configured_java, java_home

LOG = logging.getLogger(__name__)

JAVA_OPTIONS, FIRST_ON_CLASS_PATH = "spark.driver.extraJavaOptions", "spark.driver.extraClassPath"

QUIET = "-Xlog:cds=off,cds+dynamic=off,class+path=off"
"""Without it Java warns of an archive that it cannot use."""


def quick_start(
    settings: Mapping[str, str], archive: Archive | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return Spark's settings with the archive, and the environment variables that its start needs for it.

    Without an archive, or with one that is damaged, which is logged, only the order of jars is new, and there
    are no variables. Settings with a class path of their own stay as they are. By default the archive is the
    one that the set-up made.
    """
    archive = archive or set_up_archive()
    if archive is None or FIRST_ON_CLASS_PATH in settings:
        return dict(settings), {}
    ordered = {**settings, FIRST_ON_CLASS_PATH: ":".join(map(str, archive.first_jars))}
    if not archive.file.is_file():
        return ordered, {}
    if damage := archive.damage():
        LOG.warning("Spark starts without %s: %s. `make setup` makes it anew.", archive.file, damage)
        return ordered, {}
    archive.settings.mkdir(exist_ok=True)
    # In quotes, because Spark divides the options at white space.
    file = f'-XX:SharedArchiveFile="{archive.file}"'
    java = (settings.get(JAVA_OPTIONS, ""), QUIET, "-Xshare:auto", file)
    quick = {**ordered, JAVA_OPTIONS: " ".join(part for part in java if part)}
    # Spark reads JAVA_HOME from the settings that this folder takes the place of.
    return quick, {"JAVA_HOME": str(archive.java), "SPARK_CONF_DIR": str(archive.settings)}


def set_up_archive(folder: Path = FOLDER) -> Archive | None:
    """Return the archive for the installed pyspark and its Java; None if the user has another Spark."""
    found = importlib.util.find_spec("pyspark")
    if found is None or not found.origin or {"SPARK_HOME", "SPARK_CONF_DIR"} & set(os.environ):
        return None
    spark = Path(found.origin).parent.resolve()
    return Archive((configured_java(spark) or java_home()).resolve(), spark, folder)
