"""Dashboards in QuickSight, compiled from the declarations of the domains."""
