"""Visuals turned into what a page shows: texts, shapes, and a table of the same numbers."""
