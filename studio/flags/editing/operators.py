"""Operators of conditions, as a form offers them. Unleash's names, people's words."""

from studio.core.i18n import marked

OPERATORS = {
    "IN": marked("is one of"),
    "NOT_IN": marked("is none of"),
    "STR_CONTAINS": marked("contains one of"),
    "STR_STARTS_WITH": marked("starts with one of"),
    "STR_ENDS_WITH": marked("ends with one of"),
    "REGEX": marked("matches the pattern"),
    "NUM_EQ": marked("equals the number"),
    "NUM_GT": marked("is more than"),
    "NUM_GTE": marked("is at least"),
    "NUM_LT": marked("is less than"),
    "NUM_LTE": marked("is at most"),
    "DATE_AFTER": marked("is after the time"),
    "DATE_BEFORE": marked("is before the time"),
    "SEMVER_EQ": marked("is the version"),
    "SEMVER_GT": marked("is a newer version than"),
    "SEMVER_LT": marked("is an older version than"),
}
SINGLE = frozenset(name for name in OPERATORS if name not in ("IN", "NOT_IN") and not name.startswith("STR_"))
"""Those that compare with one value."""
LISTED = frozenset(("STR_CONTAINS", "STR_STARTS_WITH", "STR_ENDS_WITH", "REGEX"))
"""Those for which case may be ignored."""
