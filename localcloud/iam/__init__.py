"""Deciding, from the policies of the templates, what a role may do, and recording what it does."""
