"""Statements by kind: queries, tables and views that they create, SHOW, DESCRIBE, UNLOAD, EXECUTE."""
