"""One folder a connector."""
