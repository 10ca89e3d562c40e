"""Operators, casts, literals, and the parts of values."""
