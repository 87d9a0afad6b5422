"""Incoming webhooks: the hot way in."""
