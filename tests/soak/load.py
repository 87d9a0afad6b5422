"""Shops that deliver orders without pause, repeat what was not taken, and sometimes what was."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.soak.seeding import Seeded
from tests.soak.workflows import order

DEADLINE_S = 20.0
"""Longest that a shop waits for an answer."""
PAUSE_S = 0.2
"""Before a delivery is repeated."""
AGAIN = 0.05
"""Share of taken orders that are delivered once more."""


class Load:
    """What was delivered, and what the shops were told."""

    def __init__(self, address: str, seeded: Seeded, seed: int, rate: float, shops: int = 4) -> None:
        """`rate`: deliveries a second, all shops together."""
        self._address, self._seeded, self._seed = address, seeded, seed
        self._pause_s, self._shops = shops / rate, shops
        self.taken: dict[str, str] = {}
        """Run by order, of all that were acknowledged."""
        self.left: set[str] = set()
        """Orders that are under way."""
        self.odd: list[str] = []
        """Answers that no shop should get."""
        self.answers: Counter[str] = Counter()
        self._closed = threading.Event()
        self._numbers = itertools.count()

    @contextmanager
    def open(self) -> Iterator[None]:
        """Deliver while the block runs; what is under way then is delivered to the end, for a minute at most."""
        threads = [threading.Thread(target=self._sell, args=(shop,), daemon=True) for shop in range(self._shops)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._closed.set()
            until = time.monotonic() + 60.0
            for thread in threads:
                thread.join(max(0.0, until - time.monotonic()))

    def _sell(self, shop: int) -> None:
        chance = random.Random(f"{self._seed} {shop}")
        session = requests.Session()
        names = list(self._seeded.flows)
        shares = [self._seeded.flows[name].share for name in names]
        while not self._closed.is_set():
            name = chance.choices(names, shares)[0]
            order_id = f"{name}-{next(self._numbers)}"
            self.left.add(order_id)
            self._deliver(session, name, order_id)
            self.left.discard(order_id)
            if chance.random() < AGAIN:
                self._deliver(session, name, order_id)
            self._closed.wait(self._pause_s * chance.uniform(0.5, 1.5))

    def _deliver(self, session: requests.Session, name: str, order_id: str) -> None:
        """Until it is taken."""
        while not self._post(session, name, order_id):
            time.sleep(PAUSE_S)  # a shop's own pause

    def _post(self, session: requests.Session, name: str, order_id: str) -> bool:
        try:
            answer = session.post(self._address + self._seeded.paths[name], json=order(order_id), timeout=DEADLINE_S)
            said = answer.json() if answer.ok else {}
        except (requests.RequestException, ValueError) as error:
            self.answers[type(error).__name__] += 1
            return False
        self.answers[str(answer.status_code)] += 1
        if answer.status_code not in (200, 202, 503):
            self.odd.append(f"{order_id}: {answer.status_code} {answer.text[:200]}")
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.odd.append(f"{order_id}: 503 without Retry-After")
        if not answer.ok:
            return False
        run_id = said.get("run_id")
        if self.taken.setdefault(order_id, run_id) != run_id:
            self.odd.append(f"{order_id}: taken as {self.taken[order_id]}, then as {run_id}")
        return True
