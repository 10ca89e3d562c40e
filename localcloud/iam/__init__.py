"""IAM: enforces the policies of the templates on the calls of roles, and records the calls."""
