"""Planning to run something again: what is kept, what happens once more, and what is in the way. Pure."""
