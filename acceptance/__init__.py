"""Acceptance of a deployed environment: the sample goes through it, and every result is compared."""
