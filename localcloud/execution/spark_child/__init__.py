"""The process of a Spark worker: one warm Spark session that executes one Glue job run after another.

The process is isolated from the work tree (`python -I program.py`): it imports pyspark, boto3 and the
libraries of the run, nothing else of this repository. `program.py` loads this package by its path, hence
the relative imports.

The child and its parent, `spark_worker.SparkWorker`, exchange JSON lines over a socket:

    parent → {"command": "start", "settings": {…}, …}, {"command": "run", …}, {"command": "adopted", …}
    child  → {"event": "ready", …}, {"event": "adopt", "buckets": […]}, {"event": "done", "error": …, …}

With `adopt` the child asks the parent to make the files that Spark wrote known to S3; the parent answers
with `adopted`. A run brings its role's permissions on S3, by which the file system of Spark decides
(`BucketFileSystem.java`); the calls that it decided come back with `done`.
"""
