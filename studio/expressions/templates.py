"""Texts with ``{{ expression | filter: arg }}`` in them, and configs full of such texts.

One pass: what a placeholder gives is text and is never read again, so a payload that contains
``{{7*7}}`` stays ``{{7*7}}``.
"""

from collections.abc import Callable
from functools import lru_cache

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.expressions.errors import EvaluationError
from studio.expressions.evaluation import evaluate
from studio.expressions.filters import FILTERS, Manner, text_of
from studio.expressions.limits import (
    MAX_OUTPUT_CHARACTERS,
    MAX_PLACEHOLDERS,
    MAX_RESOLVE_DEPTH,
    MAX_TEMPLATE,
)
from studio.expressions.placeholders import (
    CLOSE,
    OPEN,
    FilterCall,
    Placeholder,
    TemplateFault,
    cut,
)
from studio.expressions.scope import Scope
from studio.expressions.suggest import closest
from studio.expressions.work import Fault


class Template:
    """A text, cut once. ``parts`` are literal texts and placeholders in order.

    Raises TemplateFault where the braces or filters cannot be read or go over the limits.
    """

    __slots__ = ("parts", "single", "source")

    def __init__(self, source: str) -> None:
        if len(source) > MAX_TEMPLATE:
            raise TemplateFault(
                _("The text has more than %(max_template)s characters.", max_template=separated(MAX_TEMPLATE)), 0
            )
        self.source = source
        self.parts = cut(source)
        found = self.placeholders
        if len(found) > MAX_PLACEHOLDERS:
            raise TemplateFault(
                _("The text has more than %(max_placeholders)s “{{ … }}”.", max_placeholders=MAX_PLACEHOLDERS), 0
            )
        alone = len(found) == 1 and all(isinstance(part, Placeholder) or not part.strip() for part in self.parts)
        self.single = found[0] if alone else None
        """The placeholder, where the text is nothing else: its value then keeps its type."""

    @property
    def placeholders(self) -> list[Placeholder]:
        """The ``{{ … }}`` in order."""
        return [part for part in self.parts if isinstance(part, Placeholder)]


@lru_cache(maxsize=4_096)
def _cached(source: str) -> Template | TemplateFault:
    try:
        return Template(source)
    except TemplateFault as fault:
        return fault


def template(source: str) -> Template:
    """The cut text, from the process's cache. Raises TemplateFault."""
    found = _cached(source) if len(source) <= MAX_TEMPLATE else Template(source)
    if isinstance(found, TemplateFault):
        raise found
    return found


def is_template(value: object) -> bool:
    """Whether this is a text with ``{{ … }}`` in it."""
    if not isinstance(value, str):
        return False
    start = value.find(OPEN)
    return start >= 0 and value.find(CLOSE, start + 2) >= 0


def render(source: str, scope: Scope) -> object:
    """The text with its placeholders filled in. Raises EvaluationError.

    A text that is one placeholder and nothing else gives that placeholder's value, whatever its
    type; any other text gives a text.
    """
    if not is_template(source):
        return source
    try:
        parsed = template(source)
    except TemplateFault as fault:
        raise EvaluationError("expression.syntax", fault.message, source[:1_000]) from None
    if parsed.single is not None:
        return _fill(parsed.single, scope)
    pieces: list[str] = []
    size = 0
    for part in parsed.parts:
        piece = part if isinstance(part, str) else text_of(_fill(part, scope))
        size += len(piece)
        if size > MAX_OUTPUT_CHARACTERS:
            raise EvaluationError("expression.too_large", _("The text is too long."), source[:1_000])
        pieces.append(piece)
    return "".join(pieces)


def _fill(placeholder: Placeholder, scope: Scope) -> object:
    filters = placeholder.filters
    try:
        value = evaluate(placeholder.expression, scope)
    except EvaluationError as error:
        if error.code != "expression.missing_path" or not _forgives(filters):
            raise
        value = None
    if not filters:
        return value
    manner = Manner.of(scope.values.get("workspace"))
    try:
        for call in filters:
            value = _apply(call, value, manner)
    except Fault as fault:
        code, message = Fault.read(str(fault)) or ("expression.value", str(fault))
        raise EvaluationError(code, message, placeholder.expression) from None
    return value


def _forgives(filters: tuple[FilterCall, ...]) -> bool:
    return bool(filters) and filters[0].name == "default"


def _apply(call: FilterCall, value: object, manner: Manner) -> object:
    message = filter_problem(call)
    if message is not None:
        raise Fault("expression.unknown_filter", message)
    return FILTERS[call.name].run(value, manner, *call.arguments)


def filter_problem(call: FilterCall) -> str | None:
    """Why a filter cannot be used as written, None where it can."""
    known = FILTERS.get(call.name)
    if known is None:
        near = closest(call.name, FILTERS)
        return _("There is no filter “%(name)s”.", name=call.name[:40]) + (
            _(" Did you mean %(near)s?", near=near) if near else ""
        )
    if len(call.arguments) not in known.counts:
        return _("Write the filter as %(usage)s.", usage=known.usage)
    return None


def resolve(config: object, scope: Scope) -> object:
    """A JSON value with every text in it rendered; keys stay as they are. Raises EvaluationError."""
    return _resolve(config, lambda text: render(text, scope), 0)


def _resolve(config: object, fill: Callable[[str], object], depth: int) -> object:
    if isinstance(config, str):
        return fill(config) if OPEN in config else config
    if isinstance(config, dict | list) and depth >= MAX_RESOLVE_DEPTH:
        raise EvaluationError("expression.too_complex", _("The settings are nested too deeply."), "")
    if isinstance(config, dict):
        return {key: _resolve(value, fill, depth + 1) for key, value in config.items()}
    if isinstance(config, list):
        return [_resolve(value, fill, depth + 1) for value in config]
    return config
