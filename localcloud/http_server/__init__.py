"""The HTTP server of the local cloud."""
