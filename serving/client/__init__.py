"""Connection to the Data API and its requests."""
