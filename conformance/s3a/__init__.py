"""Both domains on Spark with Hadoop's S3A client, over HTTP, in the roles of the jobs."""
