"""Definitions of dashboards: what QuickSight shows, compiled from the declared visuals."""
