"""Syslog as RFC 5424 has it, over TLS (RFC 5425): a frame an event, a connection a batch."""

import re
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from datetime import UTC
from select import select
from typing import Literal

import orjson
from pydantic import Field

from studio.core import clock
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, Sending
from studio.export.fields import HostName, Printable
from studio.export.outcomes import SENT, Fate, Verdict
from studio.export.records import Record
from studio.export.tls import TlsSettings, context

FACILITIES = {"auth": 4, "authpriv": 10, "audit": 13, "alert": 14,
              **{f"local{number}": 16 + number for number in range(8)}}  # fmt: skip
SEVERITIES = {"info": 6, "notice": 5, "warning": 4, "critical": 2}
_BOM = b"\xef\xbb\xbf"
_UNPRINTABLE = re.compile(r"[^!-~]")
_CHUNK = 65_536
_CONFIRMING = 0.005
_UNCONFIRMED = {4, 9, 11}  # FIN_WAIT1, LAST_ACK and CLOSING of linux/tcp_states.h: our end is not confirmed yet
Facility = Literal[
    "auth", "authpriv", "audit", "alert", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"
]


class SyslogSettings(ExporterSettings):
    """Where it leads, and how events are headed."""

    endpoint: HostName
    port: int = Field(6514, ge=1, le=65_535)
    tls: TlsSettings = TlsSettings()
    facility: Facility = "audit"
    hostname: Printable = Field("studio", max_length=255)
    app_name: Printable = Field("studio", max_length=48)
    enterprise_id: int = Field(32_473, ge=1, le=4_294_967_295)
    """Whose structured data it is: the number that IANA gave the house. The default is the one kept for examples."""
    utf8_bom: bool = True
    """Whether the mark of UTF-8 stands before the text, as RFC 5424 wants it."""
    max_message_bytes: int = Field(8_192, ge=2_048, le=1_000_000)
    """What the server takes as one message: most cut what is longer, without a word."""


class Syslog(Exporter[SyslogSettings]):
    """Sends each batch on a connection of its own.

    Syslog has no acknowledgement. A batch counts as delivered when the server has read to its end and closed its side
    of the connection: what it does with it afterwards, nobody here can know.
    """

    kind = "syslog"
    label = marked("Syslog over TLS")
    model = SyslogSettings
    example = """\
endpoint: logs.example.com
port: 6514
# tls:
#   ca_pem: |                # where your own authority signed the server's certificate
#     -----BEGIN CERTIFICATE-----
#   cert_pem: |              # where the server asks for a certificate of Studio's
#     -----BEGIN CERTIFICATE-----
#   key_pem: ${secret:syslog_key}
"""
    most_items = 500
    most_bytes = 1_000_000

    def needs(self) -> Needs:
        """Its host, and the key of Studio's certificate where it shows one."""
        key = self.config.tls.key_pem
        secrets = {} if key is None else {"tls.key_pem": key}
        return Needs(host=self.config.endpoint, port=self.config.port, secrets=secrets)

    def encode(self, record: Record) -> bytes:
        """One frame: octets counted, header, structured data, the event as JSON."""
        config = self.config
        priority = FACILITIES[config.facility] * 8 + SEVERITIES.get(record.severity, 6)
        at = record.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        message = _UNPRINTABLE.sub("?", record.action)[:32] or "-"
        header = f"<{priority}>1 {at} {config.hostname} {config.app_name} - {message} {self._elements(record)} "
        text = (_BOM if config.utf8_bom else b"") + orjson.dumps(record.body)
        whole = header.encode() + text
        return f"{len(whole)} ".encode() + whole

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """Send all frames, then wait until the server has closed its side."""
        if any(len(entry.data) > self.config.max_message_bytes for entry in batch):
            said = _("The event is longer than %(most)s bytes, which the server would cut (max_message_bytes).",
                     most=separated(self.config.max_message_bytes))  # fmt: skip
            return Verdict(Fate.TOO_LARGE, "syslog.too_large", said)
        from studio.core.http.addresses import resolved  # noqa: PLC0415 - what calls out is loaded at the first need

        config = self.config
        key = None if config.tls.key_pem is None else sending.secret(config.tls.key_pem, config.endpoint)
        security = context(config.tls, key)
        where = resolved(config.endpoint, config.port, sending.reach.allowed_hosts)
        until = clock.monotonic() + config.timeout
        try:
            with socket.create_connection((where, config.port), config.timeout) as plain:
                name = config.tls.server_name_override or config.endpoint
                with security.wrap_socket(plain, server_hostname=name) as secured:
                    _send(secured, b"".join(entry.data for entry in batch), until)
                    _close(secured, until)
        except ssl.SSLCertVerificationError:
            said = _("The server's certificate is not one that Studio trusts, or bears another name. Check tls.")
            return Verdict(Fate.HOLD, "tls.certificate", said)
        except ssl.SSLError as error:
            return _broken(error)
        except OSError:
            said = _(
                "No connection that lasted: the server is away, or broke it off (some do so without a certificate)."
            )
            return Verdict(Fate.RETRY, "syslog.connection", said)
        return SENT

    def _elements(self, record: Record) -> str:
        facts = {"id": str(record.id), "seq": str(record.seq), "action": record.action, "form": record.form,
                 "workspace": str(record.workspace_id)}  # fmt: skip
        told = " ".join(f'{name}="{_escaped(value)}"' for name, value in facts.items())
        return f'[studio@{self.config.enterprise_id} {told}][meta sequenceId="{record.seq % 2_147_483_647 or 1}"]'


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")


def _left(until: float) -> float:
    left = until - clock.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _send(secured: ssl.SSLSocket, data: bytes, until: float) -> None:
    for place in range(0, len(data), _CHUNK):
        secured.settimeout(_left(until))
        secured.sendall(data[place : place + _CHUNK])


def _close(secured: ssl.SSLSocket, until: float) -> None:
    """Say the end on both layers, and wait for the server's.

    Raises SSLError where it refused us, OSError where it went away before it had read everything. With TLS 1.3 a
    server may refuse a client's certificate after the client has begun to send: its alert is read here.
    """
    secured.settimeout(0)
    while True:
        try:
            secured.unwrap()
        except ssl.SSLWantWriteError:
            select([], [secured], [], _left(until))
        except ssl.SSLWantReadError:
            break  # our end is said
        else:
            return
    socket.socket.shutdown(secured, socket.SHUT_WR)  # past SSLSocket's own, which would forget the TLS session
    secured.settimeout(_left(until))
    try:
        secured.unwrap()
    except ssl.SSLEOFError:
        _read_to_the_end(secured, until)  # closed without TLS's own goodbye: TCP's end says it as well


def _read_to_the_end(secured: ssl.SSLSocket, until: float) -> None:
    """Wait until the server's side has confirmed our last byte. Raises OSError where it refuses it instead.

    A server that closed before it read (it looks at a client's certificate after the handshake, and wants none of it)
    shows the same end of its stream as one that read everything; only the reset that answers our bytes tells them
    apart, and reading hides that behind the end.
    """
    while _unconfirmed(secured):
        time.sleep(min(_CONFIRMING, _left(until)))  # no call waits for a confirmation alone
    code = secured.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, "the server went away before it had read everything")


def _unconfirmed(secured: ssl.SSLSocket) -> bool:
    if sys.platform != "linux":
        return False
    return secured.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in _UNCONFIRMED


def _broken(error: ssl.SSLError) -> Verdict:
    """An alert is the server's refusal; anything else may pass."""
    reason = (error.reason or "").upper()
    if "ALERT" in reason or reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL"):
        said = _("No secure connection: the server refused it, or speaks no TLS there. Check port and certificates.")
        return Verdict(Fate.HOLD, "tls.refused", said)
    return Verdict(Fate.RETRY, "tls.broken", _("The secure connection broke."))
