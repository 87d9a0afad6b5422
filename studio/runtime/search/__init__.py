"""Finding runs by the words of their title and of what their trigger brought."""
