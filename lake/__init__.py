"""The core that every part of Caudal imports: declarations, discovery, names and errors.

This package uses the standard library only: Glue and Lambda import it from a zip and the CDK app
imports it at synth, so it must not need Spark, boto3 or the CDK.
"""
