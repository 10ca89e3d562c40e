"""Batches whose files are read from raw again."""
