"""Send quarantined records back to raw and release rejected batches: a tool of people, not a job."""
