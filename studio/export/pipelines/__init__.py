"""Pipelines as they are written down: read, checked, compiled."""
