"""Uploads CSV drops and event files: `python upload_files.py FILE|DIR… --domain D` (see --help)."""

from uploader.cli import app

if __name__ == "__main__":
    app()
