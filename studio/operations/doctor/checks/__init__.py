"""One file a check. Each has a CHECK; a file that is added is found by itself."""
