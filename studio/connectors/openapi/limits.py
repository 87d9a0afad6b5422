"""How large a document may be. The largest public ones of shops and payment providers stay well below."""

MIB = 1024 * 1024
MAX_BYTES = 16 * MIB
"""Of JSON; the largest that GitHub publishes has 14."""
MAX_YAML_BYTES = 4 * MIB
"""YAML takes some thirty times as long to read."""
MAX_VALUES = 1_000_000
"""Values in the whole tree, with what YAML aliases stand for counted each time."""
MAX_DEPTH = 100
MAX_OPERATIONS = 3_000
MAX_WORK = 500_000
"""Schemas looked at while all forms are made, some four seconds; the largest public documents need 75,000."""
FETCH_S = 30.0
