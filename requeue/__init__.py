"""Requeue quarantined records and release rejected batches.

To requeue a record is to send it to raw again, as it is or corrected.
"""
