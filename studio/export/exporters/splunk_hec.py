"""Splunk's HTTP Event Collector, with the acknowledgement of its indexers."""

from collections.abc import Mapping, Sequence
from threading import Event
from typing import Literal
from urllib.parse import urlsplit

import orjson
from pydantic import Field

from studio.core import clock
from studio.core.http import HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.calling import credential, packed, retry_after_s, told, verdict
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, Seconds, SecretName, Sending
from studio.export.fields import Base, Printable
from studio.export.outcomes import SENT, Fate, Verdict
from studio.export.records import Record

_AGAIN = frozenset({8, 9})
_BAD_EVENT = frozenset({5, 6, 12, 13, 15})
_SETTING = frozenset({1, 2, 3, 4, 7, 10, 11, 14})
_FIRST_S, _MOST_S = 0.1, 2.0
"""How often it is asked whether a batch is indexed."""


class HecSettings(ExporterSettings):
    """Where it leads, and how Splunk files events."""

    endpoint: Base
    """Without `/services/collector`."""
    token: SecretName
    acknowledgement: bool = True
    """Whether a batch counts as delivered only when it is indexed. The token has to allow it."""
    ack_timeout: Seconds = Field(60.0, ge=1, le=600)
    """After that, a batch that nobody acknowledged is sent again under the same ids."""
    index: Printable | None = Field(None, max_length=80)
    """None: the token's own."""
    source: Printable = Field("studio", max_length=255)
    sourcetype: Printable = Field("studio:audit", max_length=255)
    host: Printable = Field("studio", max_length=255)
    compression: Literal["gzip", "none"] = "gzip"


class SplunkHec(Exporter[HecSettings]):
    """Sends events to Splunk; the channel of acknowledgement is the destination's id."""

    kind = "splunk_hec"
    label = marked("Splunk (HTTP Event Collector)")
    model = HecSettings
    example = """\
endpoint: https://http-inputs-acme.splunkcloud.com
token: ${secret:splunk_token}
index: audit
acknowledgement: true        # indexer acknowledgement is on for this token
"""
    most_items = 1_000
    most_bytes = 1_000_000

    def needs(self) -> Needs:
        """Its address and its token."""
        return Needs(url=self.config.endpoint, secrets={"token": self.config.token})

    def encode(self, record: Record) -> bytes:
        """One event of the collector, with what recognises repeats as indexed fields."""
        config = self.config
        event = {
            "time": round(record.occurred_at.timestamp(), 6), "host": config.host, "source": config.source,
            "sourcetype": config.sourcetype, "event": record.body,
            "fields": {"event_id": str(record.id), "seq": str(record.seq), "action": record.action},
        }  # fmt: skip
        return orjson.dumps(event if config.index is None else event | {"index": config.index})

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """One request, then questions until its events are indexed."""
        body, headers = b"\n".join(entry.data for entry in batch), self._headers(sending)
        if self.config.compression == "gzip":
            body, headers = packed(body), headers | {"Content-Encoding": "gzip"}
        answer = self._post("event", headers, body, sending)
        found = _judged(answer, sending)
        if found.fate is not Fate.SENT or not self.config.acknowledgement:
            return found
        number = told(answer).get("ackId")
        if type(number) is not int:
            said = _("Splunk acknowledges nothing for this token. Turn on indexer acknowledgement for it, or write "
                     "acknowledgement: false.")  # fmt: skip
            return Verdict(Fate.HOLD, "splunk.no_acknowledgement", said)
        return self._indexed(number, sending)

    def _indexed(self, number: int, sending: Sending) -> Verdict:
        """Wait until Splunk says that it has written a batch; a 200 alone only says that it was valid."""
        headers, asked = self._headers(sending), orjson.dumps({"acks": [number]})
        until, pause, nobody = clock.monotonic() + self.config.ack_timeout, _FIRST_S, Event()
        while True:
            answer = self._post("ack", headers, asked, sending)
            found = _judged(answer, sending)
            if found.fate is not Fate.SENT:
                return found if found.fate is Fate.RETRY else Verdict(Fate.HOLD, found.code, found.said)
            acks = told(answer).get("acks")
            if isinstance(acks, dict) and acks.get(str(number)) is True:
                return SENT
            if clock.monotonic() + pause > until:
                said = _("Splunk took the events and did not say within %(seconds)s seconds that they are indexed.",
                         seconds=f"{self.config.ack_timeout:g}")  # fmt: skip
                return Verdict(Fate.RETRY, "splunk.not_acknowledged", said)
            sending.keep()
            nobody.wait(pause)
            pause = min(_MOST_S, pause * 2)

    def _headers(self, sending: Sending) -> dict[str, str]:
        token = credential(sending, self.config.token, urlsplit(self.config.endpoint).hostname)
        channel = str(sending.destination_id)
        return {"Authorization": f"Splunk {token}", "X-Splunk-Request-Channel": channel,
                "Content-Type": "application/json"}  # fmt: skip

    def _post(self, what: str, headers: Mapping[str, str], body: bytes, sending: Sending) -> HttpResponse:
        url = f"{self.config.endpoint}/services/collector/{what}"
        return sending.reach.http.send(HttpRequest("POST", url, headers, body, self.config.timeout, 65_536))


def _judged(answer: HttpResponse, sending: Sending) -> Verdict:
    """By Splunk's own code, which tells a bad event from a bad setting under the same status."""
    number = told(answer).get("code")
    code = f"splunk.{number}"
    if number in _BAD_EVENT:
        return Verdict(Fate.REFUSED, code, _("Splunk does not accept this event (code %(code)s).", code=number))
    if number in _AGAIN:
        said = _("Splunk is busy or out of order (code %(code)s).", code=number)
        return Verdict(Fate.RETRY, code, said, retry_after_s(answer.headers, sending.now))
    if number in _SETTING:
        said = _("Splunk does not take events this way (code %(code)s): %(why)s", code=number, why=_setting(number))
        return Verdict(Fate.HOLD, code, said)
    return verdict(answer, sending.now)


def _setting(number: int) -> str:
    match number:
        case 1 | 2 | 3 | 4:
            return _("check the token.")
        case 7:
            return _("the token may not write to this index.")
        case 14:
            return _("turn on indexer acknowledgement for the token, or write acknowledgement: false.")
        case _:
            return _("the token wants a channel, which only acknowledgement: true sends.")
