"""Spark building blocks for the transformations of all domains: pure functions of columns and frames."""
