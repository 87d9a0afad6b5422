"""Working off what is due of plans of escalation: many at a time, each step decided by pure rules."""
