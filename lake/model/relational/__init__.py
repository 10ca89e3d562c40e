"""Relational tables: what a domain declares for MySQL, the schemas derived from it, and its validation."""
