"""Factors beside the password: enrolled, checked, taken away. Each says by its strength what it is worth."""
