"""CDK stacks and constructs. They derive from a domain's declaration, the names and the configuration.

No construct names a domain or a table.
"""
