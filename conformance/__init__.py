"""Checks on the real engines: Spark on Hadoop's S3A client, Athena's SQL on Trino. `make conformance`.

The engines come from Maven Central and are no part of the product: only these checks use them.
"""
