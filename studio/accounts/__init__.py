"""Workspaces, users, seats, sign-in, API tokens and secrets."""
