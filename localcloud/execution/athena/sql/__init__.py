"""A compiler from Athena's SQL to DuckDB's that knows the type of every expression.

Only syntax, operators and functions whose translation is known to be right are translated; everything else
is refused by name. `tests/localcloud/execution/athena/sql` compares it with the answers of a Trino server.
"""
