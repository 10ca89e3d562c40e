"""The streaming job: micro-batches to bronze, checkpoints, and the speed view."""
