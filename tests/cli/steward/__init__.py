"""Tests of the commands of data stewards."""
