"""Matrices as steps ask by them: what one says, who is chosen, and how one is found by its name."""
