"""States that bring the copies of gold up to date: the serving store, and the tables in MySQL."""
