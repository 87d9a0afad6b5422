"""Steps that are gates: a node type a file."""
