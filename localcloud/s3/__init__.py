"""S3 on plain files, `<home>/s3/<bucket>/<key>`: Spark and S3 clients read and write the same files."""
