"""Read library of the serving store: one request per question."""
