"""Datadog's intake of logs with the limits it publishes, and what it does beyond them: refuse, cut, or drop unsaid."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.http_target import Answer, Request
from tests.servers.intakes import Intake, unpacked


class DatadogIntake(Intake):
    """`most_bytes`: of a request, unpacked; a test may lower it. `cut` and `dropped` count what it lost with a 202."""

    kind = "datadog"
    credential = "dd-key"
    most_items, longest, oldest = 1_000, 1_000_000, timedelta(hours=18)

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.most_bytes, self.cut, self.dropped = 5_000_000, 0, 0

    def settings(self) -> dict[str, Any]:
        return {"endpoint": f"{self.url}/api/v2/logs", "api_key": "${secret:signing}"}

    def accept(self, request: Request) -> Answer:
        if request.headers.get("dd-api-key") != self.credential:
            return Answer(403)
        body = unpacked(request)
        if len(body) > self.most_bytes:
            return Answer(413)
        logs = json.loads(body)
        if len(logs) > self.most_items:
            return Answer(413)
        self.cut += sum(len(json.dumps(log).encode()) > self.longest for log in logs)
        fresh = [log for log in logs if not self._old(log)]
        self.dropped += len(logs) - len(fresh)
        return Answer(202 if self.keep([(log["seq"], log["event_id"]) for log in fresh]) else 400)

    def _old(self, log: dict[str, Any]) -> bool:
        if "timestamp" not in log:
            return False
        return datetime.now(UTC) - datetime.fromisoformat(log["timestamp"]) > self.oldest
