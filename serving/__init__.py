"""The serving store (AstraDB): connection, publication of gold, and the read library."""
