"""Looks after what was stopped: quarantined records go back to raw, rejected batches are let through.

`python -m glue_jobs.requeue list | send | release`; people run it, no job does.
"""
