"""`python -m glue_jobs.requeue`."""

from glue_jobs.requeue.cli import app

if __name__ == "__main__":
    app()
