"""Expressions and queries with the answers of a Trino server: one JSON document a line."""
