"""Counterparts that tests talk to for real: mail server, HTTP target, browser."""
