"""Steps that ask for flags and set them."""
