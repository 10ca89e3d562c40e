"""Glue job: train the models of a domain."""
