"""The committed list of classes names only what an archive can hold."""

from __future__ import annotations

import gzip

from localcloud.java.archive import CLASS_LIST
from scripts.class_list import usable

LINES = """\
# NOTE: Do not modify this file.
java/lang/Object
org/apache/spark/SparkContext
@lambda-proxy a/B test ()Ljava/util/function/Predicate; (Ljava/lang/Object;)Z REF_invokeStatic a/B c ()Z ()Z
org/codehaus/janino/Java
caudal/Permissions
jdk/proxy2/$Proxy1
jdk/internal/reflect/GeneratedMethodAccessor4
org/apache/spark/sql/catalyst/expressions/GeneratedClass$SpecificUnsafeProjection
""".splitlines()


def test_generated_and_signed_classes_are_left_out() -> None:
    assert usable(LINES) == LINES[1:4]


def test_committed_list_is_usable() -> None:
    lines = gzip.decompress(CLASS_LIST.read_bytes()).decode().splitlines()
    assert usable(lines) == lines
    assert "org/apache/spark/SparkContext" in lines
    assert len(lines) > 15_000
