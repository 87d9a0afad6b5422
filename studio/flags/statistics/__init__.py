"""What two or more arms of a rollout or an experiment say: pure arithmetic of counts and sums, no I/O, no numpy."""
