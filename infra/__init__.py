"""The cloud: stacks and constructs that derive from (domain, names, config) and know no domain by name."""
