"""What can be done in a Vendure shop, one action a file."""
