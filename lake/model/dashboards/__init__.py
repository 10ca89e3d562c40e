"""Dashboards as plain data, which the compilers to the web and to QuickSight read."""
