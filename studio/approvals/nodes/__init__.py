"""Node types of this package, one a file."""
