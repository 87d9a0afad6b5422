"""A customer's data is found by a key across all runs, and erased with them once somebody has agreed to the count."""
