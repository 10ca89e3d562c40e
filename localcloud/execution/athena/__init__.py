"""Athena queries that really run: SQL in Athena's dialect, over the Glue catalog, on DuckDB."""

from localcloud.execution.athena.service import install

__all__ = ["install"]
