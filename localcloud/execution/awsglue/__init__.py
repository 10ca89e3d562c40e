"""Stand-in for the `awsglue` package that AWS Glue preinstalls, as far as plain Spark jobs need it."""
