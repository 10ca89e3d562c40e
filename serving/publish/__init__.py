"""Publication of gold to the serving store: idempotent, resumable, in few requests."""
