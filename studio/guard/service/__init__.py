"""The verbs of gates."""
