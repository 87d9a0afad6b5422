"""Logs by OTLP over HTTP, in its JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import orjson
from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.redact import is_secret_key
from studio.export.calling import credential, packed, told, verdict
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, SecretName, Sending, Settings
from studio.export.fields import Base, Printable
from studio.export.outcomes import Fate, Verdict
from studio.export.records import Record

SEVERITIES = {"info": (9, "INFO"), "notice": (10, "NOTICE"), "warning": (13, "WARN"), "critical": (18, "CRITICAL")}
"""As OpenTelemetry's data model maps those of syslog."""
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,79}$")]
_PATH = "/v1/logs"


class HeaderSecret(Settings):
    """A header whose value is a secret."""

    prefix: str = Field("", pattern=r"^[A-Za-z]{0,20} ?$")
    """Such as `Bearer `."""
    secret: SecretName


class OtlpSettings(ExporterSettings):
    """Where it leads, and what goes along."""

    endpoint: Base
    """As in the Collector: `/v1/logs` is added where it is not there."""
    headers: dict[HeaderName, Annotated[str, StringConstraints(pattern=r"^[ -~]{1,500}$")] | HeaderSecret] = Field(
        {}, max_length=20
    )
    service_name: Printable = Field("studio", max_length=200)
    compression: Literal["gzip", "none"] = "gzip"

    @model_validator(mode="after")
    def _no_secrets(self) -> Self:
        for name, value in self.headers.items():
            if isinstance(value, str) and is_secret_key(name):
                said = _("%(name)s holds a secret: write {secret: ${secret:its_name}, prefix: …}.", name=name)
                raise PydanticCustomError("secret_literal", said)
        return self


class OtlpHttp(Exporter[OtlpSettings]):
    """Sends log records, each with the event's id as `log.record.uid`."""

    kind = "otlphttp"
    label = marked("OpenTelemetry (OTLP over HTTP)")
    model = OtlpSettings
    example = """\
endpoint: https://otlp.example.com
headers:
  X-Scope-OrgID: acme
  Authorization: {secret: "${secret:otlp_token}", prefix: "Bearer "}
"""
    most_items = 1_000
    most_bytes = 3_500_000

    def needs(self) -> Needs:
        """Its address and the secrets of its headers."""
        named = {f"headers.{name}.secret": value.secret for name, value in self.config.headers.items()
                 if isinstance(value, HeaderSecret)}  # fmt: skip
        return Needs(url=self.config.endpoint, secrets=named)

    def encode(self, record: Record) -> bytes:
        """One LogRecord; the event is its body, as structure."""
        number, name = SEVERITIES.get(record.severity, SEVERITIES["info"])
        facts = {"log.record.uid": str(record.id), "event.name": record.action, "studio.seq": record.seq,
                 "studio.workspace_id": str(record.workspace_id), "studio.form": record.form}  # fmt: skip
        return orjson.dumps({
            "timeUnixNano": _nanoseconds(record.occurred_at), "observedTimeUnixNano": _nanoseconds(record.recorded_at),
            "severityNumber": number, "severityText": name, "eventName": record.action, "body": _any(record.body),
            "attributes": _pairs(facts),
        })  # fmt: skip

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """One request a batch. What the other side took in part is sent on in halves, until the culprit is known."""
        body = self._head + b",".join(entry.data for entry in batch) + b"]}]}]}"
        headers = {"Content-Type": "application/json", **self._headers(sending)}
        if self.config.compression == "gzip":
            body, headers = packed(body), headers | {"Content-Encoding": "gzip"}
        url = self.config.endpoint if self.config.endpoint.endswith(_PATH) else self.config.endpoint + _PATH
        answer = sending.reach.http.send(HttpRequest("POST", url, headers, body, self.config.timeout, 65_536))
        found = verdict(answer, sending.now)
        rejected = _rejected(told(answer)) if found.fate is Fate.SENT else 0
        if rejected:
            said = _("The destination rejected %(count)s of the events it was sent.", count=rejected)
            return Verdict(Fate.REFUSED, "otlp.rejected", said)
        return found

    @property
    def _head(self) -> bytes:
        resource = orjson.dumps({"attributes": _pairs({"service.name": self.config.service_name})})
        return (
            b'{"resourceLogs":[{"resource":'
            + resource
            + b',"scopeLogs":[{"scope":{"name":"studio.audit"},"logRecords":['
        )

    def _headers(self, sending: Sending) -> dict[str, str]:
        host = urlsplit(self.config.endpoint).hostname
        return {
            name: value if isinstance(value, str) else value.prefix + credential(sending, value.secret, host)
            for name, value in self.config.headers.items()
        }


def _rejected(answer: Mapping[str, Any]) -> int:
    """How many records were not taken. Protobuf's JSON writes such a number as text."""
    partial = answer.get("partialSuccess")
    raw = partial.get("rejectedLogRecords", 0) if isinstance(partial, dict) else 0
    return int(raw) if isinstance(raw, int) or (isinstance(raw, str) and raw.isascii() and raw.isdigit()) else 0


def _nanoseconds(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1_000_000) * 1_000)


def _pairs(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": _any(value)} for name, value in values.items()]


def _any(value: Any) -> dict[str, Any]:
    """An AnyValue; nothing stays nothing."""
    match value:
        case str():
            return {"stringValue": value}
        case bool():
            return {"boolValue": value}
        case int() | float():
            return {"intValue": str(value)} if isinstance(value, int) else {"doubleValue": value}
        case None:
            return {}
        case Mapping():
            return {"kvlistValue": {"values": _pairs(value)}}
        case _:
            return {"arrayValue": {"values": [_any(one) for one in value]}}
