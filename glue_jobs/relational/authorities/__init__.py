"""Certificates of the authorities that sign RDS instances, a file for each region; they are public."""
