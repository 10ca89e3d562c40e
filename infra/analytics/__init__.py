"""Glue catalog and Athena."""
