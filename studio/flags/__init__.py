"""Feature flags: what is on for whom, remote config, guarded rollouts, experiments, and the APIs that clients read."""
