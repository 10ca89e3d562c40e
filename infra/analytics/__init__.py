"""The Glue catalog and Athena."""
