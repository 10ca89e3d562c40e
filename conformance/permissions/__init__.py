"""Least privilege: the recorded calls of all roles, compared with what the templates grant them."""
