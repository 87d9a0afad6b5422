"""Alerts: what goes wrong, whom it is told, level by level, until somebody is on it or it works again."""
