"""Calls on behalf of a connection."""
