"""How large flags may be. Evaluation takes time and clients take all of it, so there is an end to each list."""

BODY_BYTES = 1_000_000
"""Of one flag, or of a whole state that is brought in."""
FEATURES = 5_000
STRATEGIES = 30
CONSTRAINTS = 30
VALUES = 1_000
SEGMENTS = 5
"""Of one strategy."""
VARIANTS = 100
DEPENDENCIES = 30
TEXT_CHARACTERS = 1_000
PATTERN_CHARACTERS = 500
PARAMETER_CHARACTERS = 100_000
"""A list of user ids is one text."""
PAYLOAD_BYTES = 64 * 1024
WEIGHTS = 1_000
"""What the weights of variants add up to."""
