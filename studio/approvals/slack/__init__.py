"""Slack as a second channel: a message a request, its buttons, and whose account is whose."""
