"""Athena queries that execute on DuckDB: SQL in Athena's dialect, over the tables of the Glue catalog."""

from localcloud.execution.athena.service import install

__all__ = ["install"]
