"""What happened: runs, steps and events as people look for them."""
