"""The core that every part of Caudal imports: declarations, discovery, names and errors.

Standard library only: it is shipped to Glue and Lambda inside a zip and imported at synth,
so it must not need Spark, boto3 or the CDK.
"""
