"""Rows of gold: queried through Athena, held as exact values, and aggregated."""
