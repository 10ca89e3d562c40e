"""Ingestion of raw CSV files: typed rows to bronze, rejected rows to quarantine."""
