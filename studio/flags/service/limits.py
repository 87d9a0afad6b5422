"""How much one workspace may have. Changes beyond are refused with a sentence that says the bound."""

FLAGS = 2_000
"""Of a workspace; archived ones count, since their keys stay taken."""
ENVIRONMENTS = 20
SEGMENTS = 500
DEPENDENCIES = 10
SETTING_BYTES = 250_000
"""Of what holds of a flag in one environment, as JSON."""
SEGMENT_BYTES = 250_000
SCHEMA_BYTES = 50_000
VALUE_BYTES = 50_000
"""Of one value that a flag gives, as JSON."""
NOTE = 500
"""Characters of why something was changed."""
DESCRIPTION = 4_000
