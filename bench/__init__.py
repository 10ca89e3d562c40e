"""Benchmarks, and the independent reference that they and the tests compare the product with."""
