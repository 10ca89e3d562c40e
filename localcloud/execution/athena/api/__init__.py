"""The Athena API: query executions and what describes them."""
