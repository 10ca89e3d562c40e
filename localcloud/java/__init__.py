"""Java for local Spark: where it is installed, and the archive of classes with which it starts sooner."""
