"""A workflow's limits in words: what changed of them between two documents."""

from collections.abc import Callable
from typing import Any

from studio.contract.spans import in_words
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.runtime.document.model import AtOnce, OneAtATime, RateRule, Settings


def limit_changes(old: Settings, new: Settings) -> list[str]:
    """A sentence for each limit that is another than before."""
    found = []
    for name, (gone, said) in _WORDS.items():
        now = getattr(new, name)
        if getattr(old, name) != now:
            found.append(gone() if now is None else said(now))
    if old.priority != new.priority:
        found.append(_PRIORITIES[new.priority]())
    return found


def limits_in_words(settings: Settings) -> list[str]:
    """A sentence for each limit that is set."""
    return limit_changes(Settings(), settings)


def _one(now: OneAtATime) -> str:
    conflicts = {
        "queue": _("One run at a time%(key)s; others wait for their turn", key=_per(now.key)),
        "skip": _("One run at a time%(key)s; events that come meanwhile are skipped", key=_per(now.key)),
        "cancel": _("One run at a time%(key)s; a newer one takes the place of the one before", key=_per(now.key)),
    }
    return conflicts[now.conflict]


def _at_once(now: AtOnce) -> str:
    return _("At most %(limit)s of its runs execute at once%(key)s", limit=separated(now.limit), key=_per(now.key))


def _rate(now: RateRule) -> str:
    words = {
        "wait": _("At most %(limit)s of its runs start in %(time)s%(key)s; others wait",
                  limit=separated(now.limit), time=in_words(now.per_s), key=_per(now.key)),
        "skip": _("At most %(limit)s of its runs start in %(time)s%(key)s; events beyond that are turned away",
                  limit=separated(now.limit), time=in_words(now.per_s), key=_per(now.key)),
    }  # fmt: skip
    return words[now.over]


def _per(key: str) -> str:
    return _(" for each %(key)s", key=key.strip()) if key.strip() else ""


_WORDS: dict[str, tuple[Callable[[], str], Callable[[Any], str]]] = {
    "one_at_a_time": (lambda: _("Runs no longer go one at a time"), _one),
    "at_once": (lambda: _("Any number of its runs execute at once"), _at_once),
    "rate": (lambda: _("Any number of its runs start in a time"), _rate),
}
_PRIORITIES: dict[str, Callable[[], str]] = {
    "high": lambda: _("Its runs come before others"),
    "normal": lambda: _("Its runs come as others do"),
    "low": lambda: _("Its runs come after others"),
}
