"""Steps about alerts. One node type a file."""
