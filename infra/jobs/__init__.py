"""Glue jobs of a domain, and the archives of code that jobs and Lambda functions run."""
