"""Glue jobs of a domain and the archives that they run."""
