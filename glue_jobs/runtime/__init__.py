"""What every job needs: arguments, Spark session, object store, schemas and run summaries."""
