"""Elevation: a role for a time, asked for, agreed to, and bound to one session."""
