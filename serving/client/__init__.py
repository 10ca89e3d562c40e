"""Connection to the Data API, and the requests sent to it."""
