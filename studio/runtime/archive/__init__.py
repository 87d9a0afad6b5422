"""Ended runs are written to files and looked up there once they are kept no longer: archived, then deleted."""
