"""The web dashboards: declarations compiled to pages, on numbers that Athena returns."""
