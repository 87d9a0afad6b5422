"""Runs are claimed, carried from boundary to boundary, and given up: what workers do."""
