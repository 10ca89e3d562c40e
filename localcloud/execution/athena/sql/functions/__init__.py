"""Scalar functions by name: each translated for the argument types that it takes, all others refused."""

from localcloud.execution.athena.sql.functions.calls import compile_call

__all__ = ["compile_call"]
