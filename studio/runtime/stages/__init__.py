"""Staged publishing: a new version takes a share of the events first, beside the one that takes the others."""
