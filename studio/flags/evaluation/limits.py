"""How large flags may be. Evaluation takes time and clients take all of it, so there is an end to each list."""

BODY_BYTES = 1_000_000
"""Of one flag, or of a whole state that is brought in."""
FEATURES = 2_000
STRATEGIES = 30
CONSTRAINTS = 50
"""Of one strategy or segment."""
VALUES = 1_000
SEGMENTS = 10
"""Of one strategy."""
VARIANTS = 50
DEPENDENCIES = 10
TEXT_CHARACTERS = 1_000
NAME_CHARACTERS = 100
"""Of a field of the context, and of a parameter."""
TITLE_CHARACTERS = 200
"""Of what people call a strategy."""
PARAMETERS = 30
"""Of one strategy. Those that evaluation does not know are kept."""
PATTERN_CHARACTERS = 500
PATTERN_BYTES = 256 * 1024
"""Of memory for one pattern made ready; repetitions within repetitions need more and are refused."""
MATCHED_CHARACTERS = 2_000
"""A longer text fits no pattern: the slowest patterns take 15 ms for a thousand characters."""
PARAMETER_CHARACTERS = 100_000
"""A list of user ids is one text."""
PAYLOAD_BYTES = 50_000
WEIGHTS = 1_000
"""What the weights of variants add up to."""
