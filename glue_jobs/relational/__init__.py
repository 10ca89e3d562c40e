"""The relational copy: loads silver tables and marts into MySQL in one transaction per run."""
