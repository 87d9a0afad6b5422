"""The verbs of the builder, a file a subject. Each takes a unit of work, changes rows, never commits."""
