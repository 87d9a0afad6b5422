"""What can be done in a Shopify shop, one action a file."""
