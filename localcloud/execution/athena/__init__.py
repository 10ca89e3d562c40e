"""Athena queries that execute on DuckDB: SQL in Athena's dialect, over the tables of the Glue catalog."""

from localcloud.execution.athena.api.service import install, stop

__all__ = ["install", "stop"]
