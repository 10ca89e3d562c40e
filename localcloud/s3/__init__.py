"""S3 on plain files: `<home>/s3/<bucket>/<key>`, so that Spark and S3 clients share the same bytes."""
