"""Rules that dashboards must keep: each column that they name exists in gold or in a named query."""
