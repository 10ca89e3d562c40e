"""What a streaming job needs beside `glue_jobs.runtime`."""
