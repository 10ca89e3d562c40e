"""The DuckDB side of the benchmarks: computes gold tables from source files, also as an oracle of tests."""
