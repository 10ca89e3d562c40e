"""Spark building blocks that transformations of every domain share: pure functions of columns and frames."""
