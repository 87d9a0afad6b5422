"""Two people who decide everything that waits for them, at once and differently: one approves, the other declines."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.soak.load import DEADLINE_S
from tests.soak.seeding import Seeded

LOOK_S = 0.3
URL = "/api/v1/approvals"


class Approvers:
    """What they were told."""

    def __init__(self, address: str, seeded: Seeded) -> None:
        self._address, self._seeded = address, seeded
        self.told: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """(who, outcome) that were acknowledged as the decision, by request."""
        self.odd: list[str] = []
        self.answers: Counter[str] = Counter()
        self._gone = threading.Event()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """They decide while the block runs."""
        outcomes = dict(zip(self._seeded.tokens, ("approved", "declined"), strict=True))
        threads = [threading.Thread(target=self._decide_all, args=one, daemon=True) for one in outcomes.items()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._gone.set()
            for thread in threads:
                thread.join(DEADLINE_S * 2)

    def _decide_all(self, email: str, outcome: str) -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self._seeded.tokens[email]}"
        while not self._gone.wait(LOOK_S):
            for line in (self._ask(session, "GET", f"{URL}?limit=100") or {}).get("data", []):
                if self._gone.is_set():
                    return
                self._decide(session, email, line["id"], outcome)

    def _decide(self, session: requests.Session, email: str, request_id: str, outcome: str) -> None:
        found = self._ask(session, "GET", f"{URL}/{request_id}")
        if found is None or not found["decidable"]:
            return
        body = {"outcome": outcome, "shown": found["shown"], "comment": "Looked at."}
        headers = {"Idempotency-Key": f"{email}-{request_id}"}
        decided = self._ask(session, "POST", f"{URL}/{request_id}/decision", json=body, headers=headers)
        if decided is not None:
            self.told[request_id].add((email, outcome))

    def _ask(self, session: requests.Session, method: str, path: str, **more: Any) -> Any:
        """The answer's JSON; None where there is no good one, which is looked at again later."""
        try:
            answer = session.request(method, self._address + path, timeout=DEADLINE_S, **more)
        except requests.RequestException as error:
            self.answers[type(error).__name__] += 1
            return None
        self.answers[str(answer.status_code)] += 1
        if answer.status_code not in (200, 409, 503):
            self.odd.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.ok else None
