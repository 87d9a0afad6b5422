"""Two servers of tokens: a certified one, and one whose answers can be spoilt."""
