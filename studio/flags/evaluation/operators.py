"""Unleash's operators: each makes, from a constraint, the test of one text of the context."""

import operator
import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from studio.flags.evaluation import limits
from studio.flags.evaluation.documents import Constraint
from studio.flags.evaluation.moments import nanoseconds
from studio.flags.evaluation.releases import release

Check = Callable[[str | None], bool]
"""Takes the field's text, None where the context does not have it; inversion is not its business."""

EPSILON = 2.0**-52
"""Within it two numbers are equal, as in Unleash's engine."""

_WRITTEN = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_SENT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(inf|infinity|nan)", re.IGNORECASE)
_LONGEST_NUMBER = 400


class BrokenConstraint(ValueError):
    """It can never be met, inverted or not. `code` says why, `field` where: operator, value or values."""

    def __init__(self, code: str, field: str) -> None:
        """Both for machines."""
        super().__init__(code)
        self.code = code
        self.field = field


def check(constraint: Constraint) -> Check:
    """The test of the field's text. Raises BrokenConstraint."""
    make = OPERATORS.get(constraint.operator)
    if make is None:
        raise BrokenConstraint("flag.unknown_operator", "operator")
    return make(constraint)


def _is_in(constraint: Constraint) -> Check:
    return frozenset(constraint.values).__contains__


def _is_not_in(constraint: Constraint) -> Check:
    values = frozenset(constraint.values)
    return lambda text: text not in values


def _text(compare: Callable[[str, tuple[str, ...]], bool]) -> Callable[[Constraint], Check]:
    def make(constraint: Constraint) -> Check:
        if not constraint.case_insensitive:
            values = constraint.values
            return lambda text: text is not None and compare(text, values)
        lowered = tuple(value.lower() for value in constraint.values)
        return lambda text: text is not None and compare(text.lower(), lowered)

    return make


def _contains(text: str, values: tuple[str, ...]) -> bool:
    return any(value in text for value in values)


def _ordered(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool], code: str, written: re.Pattern[str] | None = None
) -> Callable[[Constraint], Check]:
    """Compares what the field's text means with what the constraint's value means."""

    def make(constraint: Constraint) -> Check:
        text = constraint.value or ""
        value = read(text) if written is None or written.fullmatch(text) else None
        if value is None:
            raise BrokenConstraint(code, "value")

        def test(sent: str | None) -> bool:
            found = read(sent) if sent is not None else None
            return found is not None and compare(found, value)

        return test

    return make


def number(text: str) -> float | None:
    """As clients write numbers: no blanks, no separators. None where it is none."""
    return float(text) if len(text) <= _LONGEST_NUMBER and _SENT.fullmatch(text) else None


def _equal(one: float, other: float) -> bool:
    return abs(one - other) < EPSILON


def _pattern(constraint: Constraint) -> Check:
    """RE2: its time grows with the text alone, never beyond all bounds; Unleash checks patterns with it too."""
    import re2  # noqa: PLC0415 - 3 MiB that wait for the first pattern

    if constraint.value is None:
        raise BrokenConstraint("flag.bad_pattern", "value")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = limits.PATTERN_BYTES
    options.never_capture = True
    options.case_sensitive = not constraint.case_insensitive
    try:
        search = re2.compile(constraint.value, options).search
    except re2.error:
        raise BrokenConstraint("flag.bad_pattern", "value") from None
    longest = limits.MATCHED_CHARACTERS
    return lambda text: text is not None and len(text) <= longest and search(text) is not None


def address(text: str) -> IPv4Address | IPv6Address | None:
    """An address without a zone; None where it is none."""
    try:
        return ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def is_range(text: str) -> bool:
    """Whether it is an address or a range of addresses."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return "%" not in text


def within(ranges: tuple[str, ...]) -> Check:
    """Whether an address is one of these addresses or in one of these ranges; what is neither is passed over."""
    networks = [ip_network(text, strict=False) for text in ranges if is_range(text)]

    def test(text: str | None) -> bool:
        found = address(text) if text is not None else None
        return found is not None and any(found in network for network in networks)

    return test


OPERATORS: Mapping[str, Callable[[Constraint], Check]] = {
    "IN": _is_in,
    "NOT_IN": _is_not_in,
    "STR_CONTAINS": _text(_contains),
    "STR_STARTS_WITH": _text(str.startswith),
    "STR_ENDS_WITH": _text(str.endswith),
    "NUM_EQ": _ordered(number, _equal, "flag.bad_number", _WRITTEN),
    "NUM_GT": _ordered(number, operator.gt, "flag.bad_number", _WRITTEN),
    "NUM_GTE": _ordered(number, operator.ge, "flag.bad_number", _WRITTEN),
    "NUM_LT": _ordered(number, operator.lt, "flag.bad_number", _WRITTEN),
    "NUM_LTE": _ordered(number, operator.le, "flag.bad_number", _WRITTEN),
    "DATE_AFTER": _ordered(nanoseconds, operator.gt, "flag.bad_moment"),
    "DATE_BEFORE": _ordered(nanoseconds, operator.lt, "flag.bad_moment"),
    "SEMVER_EQ": _ordered(release, operator.eq, "flag.bad_release"),
    "SEMVER_GT": _ordered(release, operator.gt, "flag.bad_release"),
    "SEMVER_GTE": _ordered(release, operator.ge, "flag.bad_release"),
    "SEMVER_LT": _ordered(release, operator.lt, "flag.bad_release"),
    "SEMVER_LTE": _ordered(release, operator.le, "flag.bad_release"),
    "REGEX": _pattern,
    "IN_CIDR": lambda constraint: within(constraint.values),
}
"""By Unleash's name."""
