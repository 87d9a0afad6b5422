"""What destinations of the audit trail have in common as a test sees them: what they took, and what they refuse."""

import gzip
import json
from collections.abc import Sequence
from typing import Any

from tests.servers.http_target import Answer, HttpTarget, Request

Taken = tuple[int, str]
"""Number and id of an event."""


class Intake(HttpTarget):
    """Takes events as the real one does, unless an answer is scripted; `poison` are numbers that it will not take."""

    kind = ""
    credential = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    """What the secret holds."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.taken: list[Taken] = []
        self.poison: set[int] = set()

    def settings(self) -> dict[str, Any]:
        """What an exporter is told that leads here. The secret is called `signing`."""
        raise NotImplementedError

    def accept(self, request: Request) -> Answer:
        """Judge a request, and keep what it brings."""
        raise NotImplementedError

    def take(self, request: Request) -> Answer:
        """Record a request; the scripted answer, or what the intake itself says."""
        with self._lock:
            self.requests.append(request)
            if self._next:
                return self._next.pop(0)
            return self.accept(request) if self._always.status == 200 else self._always

    def keep(self, events: Sequence[Taken]) -> bool:
        """All of them, or none where one is poisonous."""
        if any(seq in self.poison for seq, _id in events):
            return False
        self.taken += events
        return True


class WebhookIntake(Intake):
    """Studio's own signed webhook."""

    kind = "webhook"

    def settings(self) -> dict[str, Any]:
        return {"endpoint": f"{self.url}/events", "secret": "${secret:signing}"}

    def accept(self, request: Request) -> Answer:
        fits = self.keep([(event["seq"], event["id"]) for event in request.json()])
        return Answer() if fits else Answer(422)


class S3Intake(Intake):
    """A store that fails as it is told; tests of the protocol itself ask moto. `taken` is what its objects hold."""

    kind = "s3"

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.objects: dict[str, bytes] = {}

    def settings(self) -> dict[str, Any]:
        return {"endpoint": self.url, "bucket": "audit", "access_key_id": "AKIDEXAMPLE",
                "secret_access_key": "${secret:signing}"}  # fmt: skip

    def accept(self, request: Request) -> Answer:
        self.objects[request.path] = request.body
        lines = [line for _key, body in sorted(self.objects.items()) for line in gzip.decompress(body).splitlines()]
        self.taken = [(event["seq"], event["id"]) for event in map(json.loads, lines)]
        return Answer(body=b"")


def unpacked(request: Request) -> bytes:
    """A request's body, without gzip."""
    packed = request.headers.get("content-encoding") == "gzip"
    return gzip.decompress(request.body) if packed else request.body
