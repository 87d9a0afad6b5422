"""Splunk's HTTP Event Collector as its manual has it: tokens, channels, acknowledgement, codes and faults."""

import json
from itertools import count
from typing import Any

from tests.servers.http_target import Answer, Request
from tests.servers.intakes import Intake, unpacked

_TEXTS = {
    0: (200, "Success"), 2: (401, "Token is required"), 3: (401, "Invalid authorization"), 4: (403, "Invalid token"),
    5: (400, "No data"), 6: (400, "Invalid data format"), 9: (503, "Server is busy"),
    10: (400, "Data channel is missing"), 12: (400, "Event field is required"), 14: (400, "ACK is disabled"),
}  # fmt: skip


class HecIntake(Intake):
    """`acknowledges`: the token has indexer acknowledgement. `slow`: so many questions pass until a batch is indexed.

    `forgets`: so many batches are never indexed, as with an indexer that died; they were taken with a 200.
    """

    kind = "splunk_hec"
    credential = "hec-token"

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.acknowledges, self.slow, self.forgets = True, 0, 0
        self._numbers = count()
        self._pending: dict[str, dict[int, tuple[int, list[tuple[int, str]]]]] = {}

    def settings(self) -> dict[str, Any]:
        return {"endpoint": self.url, "token": "${secret:signing}", "acknowledgement": self.acknowledges}

    def accept(self, request: Request) -> Answer:
        word, _space, token = request.headers.get("authorization", "").partition(" ")
        if word != "Splunk":
            return _code(2 if not word else 3)
        if token != self.credential:
            return _code(4)
        channel = request.headers.get("x-splunk-request-channel", "")
        if self.acknowledges and len(channel) != 36:
            return _code(10)
        if request.path == "/services/collector/ack":
            return self._asked(channel, request.json()) if self.acknowledges else _code(14)
        return self._given(channel, unpacked(request).decode())

    def _given(self, channel: str, text: str) -> Answer:
        """Objects one after the other, without an array around them."""
        reader, events = json.JSONDecoder(), []
        if not text.strip():
            return _code(5)
        while text := text.lstrip():
            try:
                found, end = reader.raw_decode(text)
            except ValueError:
                return _code(6)
            if not found.get("event"):
                return _code(12)
            events.append((int(found["fields"]["seq"]), found["fields"]["event_id"]))
            text = text[end:]
        if any(seq in self.poison for seq, _id in events):
            return _code(6, **{"invalid-event-number": 0})
        if not self.acknowledges:
            self.taken += events
            return _code(0)
        number = next(self._numbers)
        if self.forgets:
            self.forgets -= 1
        else:
            self._pending.setdefault(channel, {})[number] = (self.slow, events)
        return _code(0, ackId=number)

    def _asked(self, channel: str, body: Any) -> Answer:
        """Whether batches are indexed; what is said once is forgotten."""
        acks, pending = {}, self._pending.get(channel, {})
        for number in body["acks"]:
            left, events = pending.get(number, (1, []))
            acks[str(number)] = left == 0
            if number in pending and left:
                pending[number] = (left - 1, events)
            elif number in pending:
                del pending[number]
                self.taken += events
        return Answer(body=json.dumps({"acks": acks}).encode())


def _code(number: int, **more: Any) -> Answer:
    status, text = _TEXTS[number]
    return Answer(status, body=json.dumps({"text": text, "code": number, **more}).encode())
