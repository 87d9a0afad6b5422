"""What happens to flags and starts workflows."""
