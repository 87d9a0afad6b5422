"""What can be done in Slack, one action a file."""
