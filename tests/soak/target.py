"""A hostile target: slow, resets before and after the effect, errors, hangs. It keeps what it was asked and did."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from enum import StrEnum
from threading import Lock

from tests.servers.http_target import Answer, HttpTarget, Request
from tests.soak.workflows import CALL_S

FLAKY = 2
"""So many refusals come first where it is flaky."""


class Mood(StrEnum):
    """How one request is answered."""

    PROMPT = "prompt"
    SLOW = "slow"
    BUSY = "busy"
    """429: nothing done."""
    ERROR_BEFORE = "error_before"
    """500: nothing done."""
    ERROR_AFTER = "error_after"
    """500 although it is done: only a key makes a repeat safe."""
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HANG = "hang"
    """Done, and the answer does not come in time."""


SILENT = (Mood.RESET_BEFORE, Mood.RESET_AFTER, Mood.HANG)
"""Whoever asked cannot know what was done."""
DOING = (Mood.PROMPT, Mood.SLOW, Mood.ERROR_AFTER, Mood.RESET_AFTER, Mood.HANG)
KEYED = {
    Mood.PROMPT: 57, Mood.SLOW: 25, Mood.BUSY: 3, Mood.ERROR_BEFORE: 4, Mood.ERROR_AFTER: 3, Mood.RESET_BEFORE: 3,
    Mood.RESET_AFTER: 3, Mood.HANG: 2,
}  # fmt: skip
KEYLESS = {
    Mood.PROMPT: 60, Mood.SLOW: 25, Mood.ERROR_BEFORE: 5, Mood.RESET_BEFORE: 3, Mood.RESET_AFTER: 4, Mood.HANG: 3
}  # fmt: skip


def mood(seed: int, path: str, order: str, nth: int) -> Mood:
    """How the nth request (0 is the first) of an order is answered: the same for the same seed."""
    if path == "/flaky":
        return Mood.ERROR_BEFORE if nth < FLAKY else Mood.PROMPT
    moods = KEYLESS if path == "/keyless" else KEYED
    chance = random.Random(f"{seed} {path} {order} {nth}")
    return chance.choices(list(moods), list(moods.values()))[0]


class HostileTarget(HttpTarget):
    """Honours keys everywhere but under /keyless, where each request that is done is done anew."""

    def __init__(self, port: int, seed: int) -> None:
        super().__init__(port)
        self._seed = seed
        self._guard = Lock()
        self.asked: Counter[tuple[str, str]] = Counter()
        """Requests by (node, order)."""
        self.effects: dict[tuple[str, str], list[str]] = defaultdict(list)
        """Keys under which something was done, by (node, order)."""
        self.silent: set[str] = set()
        """Orders of the keyless workflow that once got no answer."""
        self.moods: Counter[str] = Counter()

    def take(self, request: Request) -> Answer:
        order, key = request.json()["id"], request.headers["idempotency-key"]
        place = (request.path.removeprefix("/"), order)
        with self._guard:
            found = mood(self._seed, request.path, order, self.asked[place])
            self.asked[place] += 1
            self.moods[found] += 1
            keyless = request.path == "/keyless"
            if found in DOING and (keyless or key not in self.effects[place]):
                self.effects[place].append(key)
            if keyless and found in SILENT:
                self.silent.add(order)
        return _answer(found, random.Random(f"{self._seed} {order}").uniform(0.2, CALL_S * 0.6))


def hostile(seed: int) -> Callable[[int], HostileTarget]:
    """Makes one for a port."""
    return lambda port: HostileTarget(port, seed)


def _answer(found: Mood, slow_s: float) -> Answer:
    match found:
        case Mood.PROMPT:
            return Answer()
        case Mood.SLOW:
            return Answer(delay=slow_s)
        case Mood.BUSY:
            return Answer(429, {"Retry-After": "1"})
        case Mood.ERROR_BEFORE | Mood.ERROR_AFTER:
            return Answer(500)
        case Mood.RESET_BEFORE | Mood.RESET_AFTER:
            return Answer(reset=True)
        case Mood.HANG:
            return Answer(delay=CALL_S + 0.5, reset=True)
