"""Trained models: immutable versions, the pointer to the promoted one, and the one that gold shows.

`registry` keeps versions, `pointer` moves by compare-and-swap, `published` records what gold was computed
with, `choice` resolves the version that a run computes with, and `watch` compares it with new rows.
"""
