"""The partitions of a domain's tables in the catalog: registered and dropped by the jobs, and reconciled."""
