"""Runs as a file, written in the background: for a spreadsheet, or for another program."""
