"""Datadog's intake of logs."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Annotated, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import Field, StringConstraints

from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.calling import credential, packed, verdict
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, SecretName, Sending
from studio.export.fields import Endpoint, Printable
from studio.export.outcomes import Fate, Verdict
from studio.export.records import Record

Site = Literal[
    "datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com",
    "ap2.datadoghq.com", "ddog-gov.com",
]  # fmt: skip
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_./-]{0,99}:[A-Za-z0-9_./:-]{1,99}$")]
LONGEST = 1_000_000
"""Bytes of one log: Datadog cuts what is longer and says that all is well."""
FRESH = timedelta(hours=17)
"""Datadog drops what says it is older than 18 hours, and says that all is well."""


class DatadogSettings(ExporterSettings):
    """Whose account it is, and how logs are told apart there."""

    api_key: SecretName
    site: Site = "datadoghq.com"
    endpoint: Endpoint | None = None
    """The whole address of the intake, where a proxy or an agent stands before it; None: the site's."""
    service: Printable = Field("studio", max_length=100)
    source: Printable = Field("studio", max_length=100)
    hostname: Printable = Field("studio", max_length=255)
    tags: list[Tag] = Field([], max_length=50)


class Datadog(Exporter[DatadogSettings]):
    """Sends logs, 1,000 at most and 5 MB, packed."""

    kind = "datadog"
    label = marked("Datadog logs")
    model = DatadogSettings
    example = """\
api_key: ${secret:datadog_key}
site: datadoghq.eu
tags: ["env:production"]
"""
    most_items = 1_000
    most_bytes = 5_000_000 - 2 - 1_000 * 45  # brackets, and the moment that each may be given

    def needs(self) -> Needs:
        """Its address and its key."""
        return Needs(url=self._url, secrets={"api_key": self.config.api_key})

    def encode(self, record: Record) -> bytes:
        """One log: what Datadog reads by itself, and the event under `audit`."""
        config = self.config
        log = {
            "ddsource": config.source, "service": config.service, "hostname": config.hostname,
            "ddtags": ",".join(config.tags), "status": record.severity, "message": record.action,
            "event_id": str(record.id), "seq": record.seq, "occurred_at": record.occurred_at.isoformat(),
            "audit": record.body,
        }  # fmt: skip
        return orjson.dumps(log)

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """One request a batch."""
        logs = [_dated(entry, sending) for entry in batch]
        if any(len(log) > LONGEST for log in logs):
            said = _("The event is longer than Datadog's 1 MB, and would be cut there.")
            return Verdict(Fate.TOO_LARGE, "datadog.too_large", said)
        key = credential(sending, self.config.api_key, urlsplit(self._url).hostname)
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip", "DD-API-KEY": key}
        body = packed(b"[" + b",".join(logs) + b"]")
        request = HttpRequest("POST", self._url, headers, body, self.config.timeout, 65_536)
        return verdict(sending.reach.http.send(request), sending.now)

    @property
    def _url(self) -> str:
        return self.config.endpoint or f"https://http-intake.logs.{self.config.site}/api/v2/logs"


def _dated(entry: Entry, sending: Sending) -> bytes:
    """With its moment where Datadog takes it; what is older is filed at the moment when it arrives."""
    if sending.now - entry.record.occurred_at > FRESH:
        return entry.data
    at = entry.record.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return b'{"timestamp":"' + at.encode() + b'",' + entry.data[1:]
