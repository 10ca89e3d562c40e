"""Configuration, ARNs, roles, buckets, logs and schedules that every stack uses."""
