"""What can be done at Stripe, one action a file."""
