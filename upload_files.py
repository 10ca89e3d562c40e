"""The client's tool: `python upload_files.py FILE|DIR… --domain D` (see --help)."""

from cli.upload import app

if __name__ == "__main__":
    app()
