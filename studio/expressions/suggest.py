"""“Did you mean …?” and lists of names, worded once."""

from collections.abc import Iterable
from difflib import get_close_matches

from studio.core.i18n import gettext as _

_LISTED = 8


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant."""
    names = {candidate.lower(): candidate for candidate in known if candidate}
    found = get_close_matches(name.lower()[:80], list(names)[:500], n=1, cutoff=0.7)
    return names[found[0]] if found else None


def listing(names: Iterable[str]) -> str:
    """A few names for a sentence: ``id, currency, customer and 12 more``."""
    known = [str(name) for name in names]
    shown = [name if len(name) <= 40 else name[:39] + "…" for name in known[:_LISTED]]
    rest = len(known) - len(shown)
    return ", ".join(shown) + (_(" and %(rest)s more", rest=rest) if rest else "")
