"""QuickSight: data sources, datasets, refreshes of SPICE, themes and dashboards, with their definitions.

moto has a part of the service and drops most of what it is given. This one keeps everything, refuses what the
service's model does not allow, and refreshes SPICE by running a dataset's SQL in the data source's role.
"""
