"""The rules of the repository that a program can check; `make lint` runs them."""
