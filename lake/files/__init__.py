"""Landing files: recognition of their table, and the expected row counts of generated samples."""
