"""Experiments as they are kept: planned, started, read at their horizon, decided. Their rules are in `experiments`."""
