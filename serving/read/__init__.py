"""Read the serving store: one request per question."""
