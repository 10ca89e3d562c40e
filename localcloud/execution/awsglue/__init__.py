"""Stand-in for the `awsglue` package that AWS Glue preinstalls: the parts that plain Spark jobs use."""
