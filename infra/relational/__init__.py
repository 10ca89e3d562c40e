"""The relational copy on AWS: network, database, office hours and loads. A switch, off by default."""
