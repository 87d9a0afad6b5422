"""Experiments with a fixed horizon: their design, what their arms say, and what may be decided when. Pure."""
