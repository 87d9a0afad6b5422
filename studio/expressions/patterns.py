"""Patterns of `matches`: whether one can be read, and what is wrong with it in words.

The engine reads patterns (RE2), so it is asked: nothing else knows its rules.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.expressions import engine
from studio.expressions.paths import quoted
from studio.expressions.problems import Problem
from studio.expressions.program import compile_expression
from studio.expressions.syntax import Call, Const, Node, walk

WRONG = "expression.pattern"
"""The code of a pattern that cannot be read."""
_SAID = re.compile(r"invalid regular expression: ([a-z ]+[\])\\]?)(?:: (.*))?", re.DOTALL)
_WORDS = {
    "missing )": marked("A bracket “(” of the pattern is never closed. For the bracket itself, write \\(."),
    "unexpected )": marked("The pattern closes a bracket that it never opened. For the bracket itself, write \\)."),
    "missing ]": marked("A bracket “[” of the pattern is never closed. For the bracket itself, write \\[."),
    "no argument for repetition operator": marked(
        "“%(part)s” in the pattern repeats what stands before it, and nothing does. For any text, write .* instead."
    ),
    "bad repetition operator": marked("“%(part)s” in the pattern repeats twice. Leave one of the signs out."),
    "invalid repetition size": marked("“%(part)s” in the pattern repeats too often, or from more to less."),
    "invalid escape sequence": marked(
        "“%(part)s” means nothing in a pattern. For the character \\ itself, write \\\\."
    ),
    "trailing \\": marked("The pattern ends with “\\”, which belongs before another character."),
    "invalid character class range": marked("“%(part)s” in the pattern is no range. Write the smaller one first: a-z."),
    "invalid perl operator": marked("“%(part)s” in the pattern is not offered: patterns cannot look ahead or behind."),
}


def wrong_patterns(source: str, tree: Node) -> Iterator[Problem]:
    """A problem for each pattern that is written out and cannot be read."""
    for node in walk(tree):
        if isinstance(node, Call) and node.function == "matches" and isinstance(node.args[-1], Const):
            pattern = node.args[-1]
            fault = _fault(pattern.value) if isinstance(pattern.value, str) else None
            if fault is not None:
                yield Problem(WRONG, in_words(fault), source, position=pattern.position)


def in_words(fault: str) -> str:
    """What the engine said about a pattern, as a sentence for people."""
    said = _SAID.search(fault)
    if said is not None:
        reason, part = said[1].strip(), said[2] or ""
        if reason in _WORDS:
            return _(_WORDS[reason], part=part[:40])
    return _("The pattern cannot be read. Check its brackets.")


@lru_cache(maxsize=1024)
def _fault(pattern: str) -> str | None:
    asked = compile_expression(f'"".matches({quoted(pattern)})')
    try:
        engine.run(asked.runnable, engine.activate({}))
    except engine.EngineFault as fault:
        return str(fault)
    return None
