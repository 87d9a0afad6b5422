"""How long tests wait for what will come."""

PATIENCE_S = 60.0
"""Longest wait for a fact, on a machine that does three other things too. What is usual is a twentieth of it."""
