"""Every bound of the expression language in one place.

The engine holds the interpreter's lock, so no time-out can stop it: each number here is what
keeps one evaluation within tens of milliseconds and a few megabytes.
"""

MAX_SOURCE = 1_000
"""Characters of one expression."""
MAX_MACROS = 8
"""``map``, ``filter``, ``all``, ``exists``, ``exists_one`` in one expression, nested or in a row."""
MAX_TEMPLATE = 50_000
"""Characters of one text with ``{{ … }}`` in it."""
MAX_PLACEHOLDERS = 200
"""``{{ … }}`` in one text."""
MAX_RESOLVE_DEPTH = 64
"""Nesting of a config whose texts are rendered."""
MAX_INPUT_NODES = 200_000
"""Values (objects, lists, scalars) that one expression may read."""
MAX_INPUT_CHARACTERS = 4_000_000
"""Characters of text that one expression may read."""
MAX_INPUT_DEPTH = 100
"""Nesting of the data that one expression may read."""
MAX_OUTPUT_NODES = 200_000
MAX_OUTPUT_CHARACTERS = 4_000_000
MAX_OUTPUT_DEPTH = 100
MAX_TEXT_WORK = 1_000_000
"""Characters and entries that joining, replacing and changing case may produce in one evaluation."""
MAX_WORK = 1_000_000
"""Values that one evaluation may look at or build, estimated from the data before it runs."""
CHARACTERS_PER_VALUE = 16
"""How many characters of text count like one value in that estimate."""
MAX_GROWTH = 1_000
"""How often a chain of macros may repeat its loop variable in what it builds, multiplied up."""
MAX_LITERAL_IN_MACRO = 64
"""Entries of a list or object written out inside a macro."""
MAX_ITERATIONS = 10_000
"""The engine's own budget of loop steps for one evaluation."""
COMPILED_CACHE = 4_096
"""Programs kept compiled in one process."""
SCOPE_CACHE = 32
"""Prepared activations kept by one scope."""
REUSES = 64
"""Evaluations that one activation serves: the engine frees their memory only with it."""
