"""Runs that this worker cannot carry on, though another one may: while old and new workers stand side by side.

A version published by a newer Studio may name node types, or versions of them, that an older worker does not have. It
puts such runs back for a newer one. Where nobody has taken them up for as long as a deploy may last, they are set
aside, in words, until a person decides.
"""

from collections import OrderedDict
from uuid import UUID

from studio.core import clock, rng
from studio.core.i18n import gettext as _

PATIENCE_S = 600.0
"""How long a version may be strange to a worker before its runs are set aside: longer than a deploy takes."""
PUT_BACK_S = 2.0
"""Longest a run that was put back waits before the next worker may look at it."""
KEPT = 1_024


class Strangers:
    """The versions that one process could not compile, and since when."""

    def __init__(self) -> None:
        self._since: OrderedDict[UUID, float] = OrderedDict()

    def met(self, version_id: UUID) -> bool:
        """Note that a version cannot be run here. True where it has been so for longer than a deploy takes."""
        since = self._since.setdefault(version_id, clock.monotonic())
        while len(self._since) > KEPT:
            self._since.popitem(last=False)
        return clock.monotonic() - since > PATIENCE_S

    def is_new(self, version_id: UUID) -> bool:
        """Whether it was never met before: worth a line in the log."""
        return version_id not in self._since


def pause() -> float:
    """Seconds for which a run is put back; jittered, so that its worker meets it seldom."""
    return PUT_BACK_S / 2 + rng.jitter(PUT_BACK_S / 2)


def unknown_here(reason: str) -> dict[str, str]:
    """The error of a run that no worker could take up."""
    return {
        "code": "run.unknown_here",
        "message": _(
            "No worker of this Studio can run this version of the workflow: %(reason)s It was set aside after "
            "%(minutes)s minutes. Start a Studio that can and let it go on, or cancel it.",
            reason=reason,
            minutes=int(PATIENCE_S // 60),
        ),
    }
