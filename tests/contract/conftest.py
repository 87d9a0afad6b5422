"""Contract tests see every node type that there is."""

from scripts.node_docs import load_all

load_all()
