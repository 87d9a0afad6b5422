"""Triggers: what starts runs when something happens at a connection."""
