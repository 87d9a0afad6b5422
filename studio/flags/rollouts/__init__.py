"""Guarded rollouts: the pure ramp, driven by rows, the clock and what was measured."""
