"""The stacks of an environment: their names, and what an earlier deployment left."""
