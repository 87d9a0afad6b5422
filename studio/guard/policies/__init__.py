"""Policies: what a protected target asks for, and when."""
