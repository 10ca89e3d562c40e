"""Checks, the quality gates, the quality log and the job metrics."""
