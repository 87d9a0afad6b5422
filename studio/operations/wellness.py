"""What of an overview is not well, in words for whoever looks after a workspace. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from studio.core.i18n import gettext as _
from studio.operations.overview import Overview
from studio.runtime.outcomes import CLAIMED

SLOW = timedelta(seconds=30)
"""Longer than that no runnable run and no job should wait."""


def trouble(found: Overview) -> list[str]:
    """One sentence each, the worst first; none where all is well."""
    return list(_told(found))


def _told(found: Overview) -> Iterator[str]:
    if not found.there:
        yield _("No worker is there: runs are taken in, and nothing executes them. Start one with studio worker.")
    elif not found.swept:
        yield _("Nobody turns the timers: pauses, retries and schedules wait. The workers' log says why.")
    if found.lost:
        yield _("Some runs are held by workers that are gone, and nobody has taken them up yet.")
    if any(queue.lane in CLAIMED and queue.oldest is not None and queue.oldest > SLOW for queue in found.queues):
        yield _("Runs wait for longer than half a minute: more comes in than the workers do. Start more of them.")
    if found.without_month:
        yield _("The database has no partition for the coming month. A worker makes it ahead; its log says why not.")
    if any(job.oldest > SLOW for job in found.jobs):
        yield _("Jobs such as mail wait for longer than half a minute.")
    if len({worker.release for worker in found.there}) > 1:
        yield _("Workers of several releases are there, as during a deploy. Stop the old ones once it is done.")
