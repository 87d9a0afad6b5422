"""The operations, a file a resource."""
