"""A compiled expression: parsed, bounded, ready to run, kept in a cache of the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.expressions import engine
from studio.expressions.bounds import growth, violations
from studio.expressions.errors import ExpressionError
from studio.expressions.library import FUNCTIONS
from studio.expressions.limits import COMPILED_CACHE, MAX_ITERATIONS, MAX_SOURCE
from studio.expressions.paths import PathUse, chain, uses
from studio.expressions.problems import Problem
from studio.expressions.syntax import Call, Loop, Node, walk
from studio.expressions.unreadable import syntax_problem

Inputs = Mapping[str, "Inputs | None"]
"""The parts of the roots that a program reads: names to names, None for a whole value."""
PRESENCE: Inputs = {}
"""A part that is only asked for with ``has()``."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """One compiled expression; made by :func:`compile_expression` only."""

    source: str
    tree: Node
    uses: tuple[PathUse, ...]
    """Every use of outside data, in the order written."""
    path: tuple[str, ...] | None
    """The segments, where the whole expression is one path: it then needs no engine."""
    inputs: Inputs
    loops: tuple[Loop, ...]
    """Its macros."""
    growth: int
    """How many copies of its input it may make."""
    runnable: engine.Runnable
    factor: int
    """At most how often it looks at any of its data: the quick bound before ``estimate``."""
    reusable: bool
    """Whether evaluating leaves next to nothing behind, so that an activation may serve again."""
    key: str
    """Equal for programs that read the same data in the same way and as often."""


def compile_expression(source: str) -> Program:
    """The program for ``source``. Raises ExpressionError (codes: see Problem), never anything else."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(
            Problem(
                "expression.too_long",
                _(
                    "The expression has %(source)s characters; %(max_source)s is the most. Split it over two steps.",
                    source=separated(len(source)),
                    max_source=separated(MAX_SOURCE),
                ),
                source[:MAX_SOURCE],
            )
        )
    compiled = _compile(source)
    if isinstance(compiled, Problem):
        raise ExpressionError(compiled)
    return compiled


@lru_cache(maxsize=COMPILED_CACHE)
def _compile(source: str) -> Program | Problem:
    try:
        tree = engine.parse(source)
        refused = next(violations(source, tree), None)
        if refused is not None:
            return refused
        runnable = engine.prepare(tree)
    except engine.SyntaxFault as fault:
        return syntax_problem(source, fault)
    found = tuple(uses(tree))
    whole = chain(tree)
    plain = whole is not None and len(found) == 1 and not (whole.presence or whole.optional)
    copies = growth(tree)
    loops = tuple(node for node in walk(tree) if isinstance(node, Loop))
    factor = copies * max(1, len(found)) * (MAX_ITERATIONS if loops else 1)
    reads = sorted({(use.segments, use.presence, use.depth) for use in found})
    return Program(
        source=source,
        tree=tree,
        uses=found,
        path=found[0].segments if plain else None,
        inputs=_inputs(found),
        loops=loops,
        runnable=runnable,
        growth=copies,
        factor=factor,
        reusable=not loops and not any(_makes_text(node) for node in walk(tree)),
        key=repr((factor, reads)),
    )


def _makes_text(node: Node) -> bool:
    return isinstance(node, Call) and (node.function in FUNCTIONS or node.function == "_+_")


def _inputs(found: tuple[PathUse, ...]) -> Inputs:
    """The smallest tree that covers every use; a whole value swallows what lies below it."""
    root: dict[str, Inputs | None] = {}
    for use in found:
        level = root
        for segment in use.segments[:-1]:
            below = level.setdefault(segment, {})
            if below is None:
                break
            assert isinstance(below, dict)  # noqa: S101 (for mypy: we made it above)
            level = below
        else:
            last = use.segments[-1]
            if use.presence:
                level.setdefault(last, {})
            else:
                level[last] = None
    return root
