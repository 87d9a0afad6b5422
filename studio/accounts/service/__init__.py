"""The verbs of this package, a file a subject. Each takes a unit of work, changes rows, records audit."""
