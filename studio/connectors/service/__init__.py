"""The verbs of connections. They take a unit of work and never commit."""
