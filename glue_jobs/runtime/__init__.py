"""Arguments, Spark session, object store, schemas and run summaries of all jobs."""
