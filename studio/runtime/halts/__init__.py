"""Workflows that are paused, workspaces that are stopped, and how what has gathered meanwhile is let go."""
