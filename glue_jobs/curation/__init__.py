"""Computation of silver and gold: touched months, versions, enrichment and publication of partitions."""
