"""What a strategy, a constraint or a variant must be like before it is kept. Each check gives its findings."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import orjson

from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _
from studio.flags.evaluation import limits
from studio.flags.evaluation.documents import Constraint, Payload, Strategy, Variant
from studio.flags.evaluation.hashing import SHARES
from studio.flags.evaluation.operators import OPERATORS, BrokenConstraint, check, is_range
from studio.flags.evaluation.strategies import RULES, BrokenStrategy, Surroundings, rule_of
from studio.flags.evaluation.values import NoValue, payload_value
from studio.flags.outcomes import Kind

Findings = Iterator[FieldProblem]

_SHARES = ("rollout", "percentage")
_LISTS = frozenset({"IN", "NOT_IN", "STR_CONTAINS", "STR_STARTS_WITH", "STR_ENDS_WITH", "IN_CIDR"})
_PAYLOADS = ("string", "csv", "json", "number")
_SHOWN = 60
"""Letters of what was sent that a sentence repeats."""
_UNSAFE = '"\\'
"""Engines of other clients write groups into rules of theirs, where these two would end the text."""


def strategy_problems(strategy: Strategy, path: str, segments: Collection[int]) -> Findings:
    """All about one strategy, but for its variants. `segments` are the numbers of those that exist."""
    yield from _rule(strategy, path)
    yield from length(strategy.title, limits.TITLE_CHARACTERS, f"{path}.title")
    yield from amount(strategy.constraints, limits.CONSTRAINTS, f"{path}.constraints")
    yield from constraints_problems(strategy.constraints, f"{path}.constraints")
    yield from amount(strategy.segments, limits.SEGMENTS, f"{path}.segments")
    for index, segment in enumerate(strategy.segments):
        if segment not in segments:
            message = _("There is no segment %(number)s.", number=segment)
            yield FieldProblem(f"{path}.segments.{index}", "flag.unknown_segment", message)


def _rule(strategy: Strategy, path: str) -> Findings:
    if strategy.name not in RULES:
        message = _("There is no strategy “%(name)s”.", name=strategy.name[:_SHOWN])
        yield FieldProblem(f"{path}.name", "flag.unknown_strategy", message)
        return
    yield from amount(list(strategy.parameters), limits.PARAMETERS, f"{path}.parameters")
    for name, text in strategy.parameters.items():
        at = f"{path}.parameters.{name[:_SHOWN]}"
        yield from length(name, limits.NAME_CHARACTERS, at)
        sticks = limits.NAME_CHARACTERS if name == "stickiness" else limits.PARAMETER_CHARACTERS
        yield from length(text, sticks, at)
    try:
        rule_of(strategy, Surroundings("", lambda: 0.0, ""))
    except BrokenStrategy as broken:
        yield _broken_parameter(broken, f"{path}.parameters.{broken.parameter}")
    if any(mark in strategy.parameters.get("groupId", "") for mark in _UNSAFE):
        message = _("A group may have no quotation mark and no backslash.")
        yield FieldProblem(f"{path}.parameters.groupId", "flag.bad_group", message)
    for text in strategy.parameters.get("IPs", "").split(","):
        if text.strip() and not is_range(text.strip()):
            yield _no_range(text.strip(), f"{path}.parameters.IPs")


def _broken_parameter(broken: BrokenStrategy, path: str) -> FieldProblem:
    if broken.parameter in _SHARES:
        message = _("A share is a whole number of per cent from 0 to %(most)s.", most=SHARES)
        return FieldProblem(path, "flag.bad_share", message)
    return FieldProblem(path, "flag.no_parameter", _("This strategy needs “%(name)s”.", name=broken.parameter))


def constraints_problems(constraints: Sequence[Constraint], path: str, *, nobody: bool = False) -> Findings:
    """All about the constraints of a strategy or a segment. `nobody`: a list may have no values yet (IN)."""
    for index, constraint in enumerate(constraints):
        empty = nobody and constraint.operator == "IN" and not constraint.inverted and not constraint.values
        yield from _constraint(constraint, f"{path}.{index}", empty=empty)


def _constraint(constraint: Constraint, path: str, *, empty: bool) -> Findings:
    yield from length(constraint.context_name, limits.NAME_CHARACTERS, f"{path}.contextName")
    if constraint.operator in _LISTS and not constraint.values and not empty:
        yield FieldProblem(f"{path}.values", "flag.no_values", _("Name at least one value to compare with."))
    yield from amount(constraint.values, limits.VALUES, f"{path}.values")
    for index, text in enumerate(constraint.values):
        yield from length(text, limits.TEXT_CHARACTERS, f"{path}.values.{index}")
        if constraint.operator == "IN_CIDR" and not is_range(text):
            yield _no_range(text, f"{path}.values.{index}")
    long = list(length(constraint.value or "", limits.PATTERN_CHARACTERS, f"{path}.value"))
    yield from long
    if long:
        return
    try:
        check(constraint)
    except BrokenConstraint as broken:
        message = _WHY[broken.code](constraint)
        yield FieldProblem(f"{path}.{broken.field}", broken.code, message)


_WHY: Mapping[str, Callable[[Constraint], str]] = {
    "flag.unknown_operator": lambda one: _(
        "There is no operator “%(name)s”. There are: %(known)s.", name=one.operator[:_SHOWN], known=", ".join(OPERATORS)
    ),
    "flag.bad_number": lambda _one: _("A number belongs here, such as 12 or 4.5."),
    "flag.bad_moment": lambda _one: _("A moment belongs here, such as 2026-11-27T09:00:00Z."),
    "flag.bad_release": lambda _one: _("A release number belongs here, such as 2.1.0 or 2.1.0-beta.1."),
    "flag.bad_pattern": lambda _one: _("This is no pattern that RE2 reads."),
}


def _no_range(text: str, path: str) -> FieldProblem:
    message = _("“%(text)s” is neither an address nor a range such as 10.0.0.0/8.", text=text[:60])
    return FieldProblem(path, "flag.bad_range", message)


def variants_problems(variants: Sequence[Variant], path: str) -> Findings:
    """All about the variants of a flag or a strategy, but for what they carry."""
    if not variants:
        return
    yield from amount(variants, limits.VARIANTS, path)
    seen: set[str] = set()
    for index, variant in enumerate(variants):
        at = f"{path}.{index}"
        if variant.name in seen:
            message = _("Two variants are called “%(name)s”. Rename one.", name=variant.name[:_SHOWN])
            yield FieldProblem(f"{at}.name", "flag.duplicate_variant", message)
        seen.add(variant.name)
        yield from length(variant.name, limits.TEXT_CHARACTERS, f"{at}.name")
        yield from length(variant.weight_type, limits.NAME_CHARACTERS, f"{at}.weightType")
        yield from length(variant.stickiness, limits.NAME_CHARACTERS, f"{at}.stickiness")
        yield from amount(variant.overrides, limits.CONSTRAINTS, f"{at}.overrides")
        if not 0 <= variant.weight <= limits.WEIGHTS:
            message = _("A weight is a whole number from 0 to %(most)s.", most=limits.WEIGHTS)
            yield FieldProblem(f"{at}.weight", "flag.bad_weight", message)
        for place, asked in enumerate(variant.overrides):
            where = f"{at}.overrides.{place}"
            yield from length(asked.context_name, limits.NAME_CHARACTERS, f"{where}.contextName")
            yield from amount(asked.values, limits.VALUES, f"{where}.values")
            for number, text in enumerate(asked.values):
                yield from length(text, limits.TEXT_CHARACTERS, f"{where}.values.{number}")
    total = sum(variant.weight for variant in variants)
    if total != limits.WEIGHTS:
        message = _("The weights add up to %(total)s instead of %(wanted)s.", total=total, wanted=limits.WEIGHTS)
        yield FieldProblem(path, "flag.weights", message)


def payloads_problems(variants: Sequence[Variant], path: str, kind: Kind | None) -> Findings:
    """About what variants carry. `kind` says what each has to; None: anything."""
    for index, variant in enumerate(variants):
        yield from _payload(variant.payload, f"{path}.{index}.payload", kind)


def _payload(payload: Payload | None, path: str, kind: Kind | None) -> Findings:
    if payload is None:
        if kind not in (None, Kind.BOOLEAN):
            yield FieldProblem(path, "flag.no_value", _("Each variant of this flag carries a value."))
        return
    if len(payload.value.encode()) > limits.PAYLOAD_BYTES:
        message = _("A value may have at most %(most)s kB.", most=limits.PAYLOAD_BYTES // 1000)
        yield FieldProblem(f"{path}.value", "flag.too_large", message)
        return
    if payload.type not in _PAYLOADS:
        message = _("A value's type is one of %(known)s.", known=", ".join(_PAYLOADS))
        yield FieldProblem(f"{path}.type", "flag.payload_type", message)
        return
    meant = kind if kind not in (None, Kind.BOOLEAN) else _KINDS[payload.type]
    try:
        payload_value(meant, payload)
    except NoValue as refusal:
        field = "type" if refusal.code == "flag.payload_type" else "value"
        yield FieldProblem(f"{path}.{field}", refusal.code, refusal.message)


_KINDS = {"string": Kind.STRING, "csv": Kind.STRING, "json": Kind.JSON, "number": Kind.NUMBER}


def amount(things: Sequence[object], most: int, path: str) -> Findings:
    """Of a list."""
    if len(things) > most:
        yield FieldProblem(path, "flag.too_many", _("There may be at most %(most)s of them here.", most=most))


def length(text: str, most: int, path: str) -> Findings:
    """Of a text."""
    if len(text) > most:
        yield FieldProblem(path, "flag.too_long", _("It may have at most %(most)s characters.", most=most))


def size(raw: object) -> Findings:
    """Of a document as JSON."""
    try:
        bytes_long = len(orjson.dumps(raw))
    except (TypeError, ValueError):
        yield FieldProblem("", "flag.unreadable", _("This cannot be written as JSON."))
        return
    if bytes_long > limits.BODY_BYTES:
        message = _("A flag may have at most %(most)s kB as JSON.", most=limits.BODY_BYTES // 1000)
        yield FieldProblem("", "flag.too_large", message)


def unique(names: Iterable[str], path: str) -> Findings:
    """Names of flags in a whole state."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            message = _("There are two flags “%(name)s”.", name=name)
            yield FieldProblem(f"{path}.{index}.name", "flag.duplicate", message)
        seen.add(name)
