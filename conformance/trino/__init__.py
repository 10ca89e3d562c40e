"""A Trino server over the local cloud's catalog and objects, and the comparison of the local Athena with it."""
