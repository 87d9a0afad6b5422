"""Guarded rollouts: a plan of shares, who is in which arm, and what the evidence says to do next. Pure."""
