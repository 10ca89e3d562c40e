"""`python -m requeue`."""

from requeue.cli import app

if __name__ == "__main__":
    app()
