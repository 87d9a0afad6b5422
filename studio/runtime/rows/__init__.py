"""Rows of a file: read, fitted to a form's fields, and what became of each of them in a run."""
