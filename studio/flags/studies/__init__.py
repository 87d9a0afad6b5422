"""What is counted for rollouts and experiments: units by their keyed hash, exposures, measurements."""
