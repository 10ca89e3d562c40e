"""The Glue jobs: thin scripts here, what they share in `runtime`."""
