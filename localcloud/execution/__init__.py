"""What executes in the local runtime: Glue jobs on Spark, crawlers, and Athena queries on DuckDB."""
