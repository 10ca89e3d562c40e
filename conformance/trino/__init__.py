"""A Trino server over the local cloud, and the comparison of the local Athena with it."""
