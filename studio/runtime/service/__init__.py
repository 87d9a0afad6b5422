"""The verbs of workflows and runs. Each takes a unit of work, changes rows, records audit, never commits."""
