"""What this process has in hand of the outbox, and whether it may hold jobs that none of its threads is at.

A job whose database was away when its end was to be written, or a claim whose answer was lost, leaves rows under this
process's name. Nobody else may touch them before their lease ends, and the process lives on: so it looks itself.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from studio.core.claims import Job


class Hands:
    """One a process. Any thread."""

    def __init__(self, holder: str | None = None) -> None:
        """`holder` is the name under which it claims; None: nothing can be found again."""
        self.holder = holder
        self._lock = threading.Lock()
        self._claiming = 0
        self._held: set[UUID] = set()
        self._begun: set[UUID] = set()
        self._doubt = False

    @contextmanager
    def taking(self, claim: Callable[[], list[Job]]) -> Iterator[list[Job]]:
        """The jobs of one claim, in hand while the block runs. Whatever breaks out of it leaves doubt."""
        jobs: list[Job] = []
        broke = True
        with self._lock:
            self._claiming += 1
        try:
            try:
                jobs = claim()
            finally:
                with self._lock:
                    self._claiming -= 1
                    self._held.update(job.id for job in jobs)
            yield jobs
            broke = False
        finally:
            with self._lock:
                ids = [job.id for job in jobs]
                self._held.difference_update(ids)
                if broke:
                    self._doubt = True
                else:
                    self._begun.difference_update(ids)

    def begin(self, jobs: Sequence[Job]) -> None:
        """These are about to be done: from now on the attempt counts."""
        with self._lock:
            self._begun.update(job.id for job in jobs)

    def look(self, find: Callable[[frozenset[UUID], frozenset[UUID]], bool]) -> None:
        """Where there is doubt, and no claim is under way, let `find` look for jobs under this process's name.

        It is given the ids of what is in hand, and of what had been begun, and says whether it has found all. Claims
        wait for it: one that came in between would be taken for left behind.
        """
        if not self._doubt or self.holder is None:
            return
        with self._lock:
            if not self._claiming and find(frozenset(self._held), frozenset(self._begun)):  # else at the next look
                self._doubt = False
                self._begun &= self._held
