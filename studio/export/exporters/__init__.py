"""Exporters: how events reach a destination. One a file."""
