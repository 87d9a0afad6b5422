"""What a node type is, and how packages meet. No tables, no web."""
