"""Send quarantined records back to raw, and release rejected batches: commands for operators."""
