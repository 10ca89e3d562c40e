"""Names, configuration, roles, buckets and logs that every stack builds on."""
