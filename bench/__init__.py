"""Benchmarks, and the independent DuckDB reference that benchmarks and tests compare the product with."""
