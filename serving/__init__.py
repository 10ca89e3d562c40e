"""Reads the serving store: one typed function a question, one request each."""
