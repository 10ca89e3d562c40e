"""The log of runs in gold."""
