"""What whoever runs an installation looks at: whether it is well, whether it is ready, what its workers do."""
