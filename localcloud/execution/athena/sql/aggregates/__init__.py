"""Aggregates and window functions."""
