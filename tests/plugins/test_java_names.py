"""What PySpark names in Java is asked for once, and is the same as before."""

from __future__ import annotations

from typing import Any

from py4j.java_gateway import JavaClass
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.plugins.java_names import keeping


class Asked:
    """Answers with a text for each name, but `number` with a number; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, name: str) -> str | int:
        self.asked.append(name)
        return 7 if name == "number" else f"the {name}"

    __getattr__ = keeping(answer, str)


def test_what_is_of_the_kind_is_asked_for_once_for_each_object() -> None:
    first: Any = Asked()
    second: Any = Asked()
    seen = [first.a, first.b, first.a, first.number, first.number, second.a]
    assert seen == ["the a", "the b", "the a", 7, 7, "the a"]
    assert (first.asked, second.asked) == (["a", "b", "number", "number"], ["a"])


def test_classes_of_java_are_kept_and_answer_as_before(spark: SparkSession) -> None:
    jvm: Any = spark.sparkContext._jvm
    assert isinstance(jvm.functions, JavaClass)
    assert jvm.functions is jvm.functions
    assert jvm.java.lang.Math.max(2, 3) == 3
    assert [row[0] for row in spark.range(2).select(F.col("id") + F.lit(1)).collect()] == [1, 2]
