"""A signed webhook: Standard Webhooks headers over a JSON array of events."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.calling import verdict
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, SecretName, Sending
from studio.export.fields import Endpoint
from studio.export.outcomes import Fate, Verdict

_TYPES = {"cloudevents": "application/cloudevents-batch+json"}


class WebhookSettings(ExporterSettings):
    """Where it leads and what it is signed with."""

    endpoint: Endpoint
    secret: SecretName
    """`whsec_` and base64, as Standard Webhooks has it."""


class Webhook(Exporter[WebhookSettings]):
    """POSTs events; whoever knows the secret can tell that they come from here."""

    kind = "webhook"
    label = marked("Signed webhook")
    model = WebhookSettings
    example = """\
endpoint: https://siem.example.com/studio
secret: ${secret:siem_signing}
"""
    most_items = 500
    most_bytes = 1_000_000

    def needs(self) -> Needs:
        """Its address and its signing secret."""
        return Needs(url=self.config.endpoint, secrets={"secret": self.config.secret})

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """One request a batch."""
        from standardwebhooks import Webhook as Signer  # noqa: PLC0415 - loaded with the first delivery

        host = urlsplit(self.config.endpoint).hostname
        try:
            signer = Signer(sending.secret(self.config.secret, host))
        except (RuntimeError, ValueError):  # binascii's error is one: said without what stands there
            return Verdict(Fate.HOLD, "signature.no_secret",
                           _("The secret is none of Standard Webhooks: `whsec_` and base64."))  # fmt: skip
        first, last = batch[0].record, batch[-1].record
        body = b"[" + b",".join(entry.data for entry in batch) + b"]"
        name = f"{sending.destination_id}.{first.seq}-{last.seq}"
        headers = {
            "Content-Type": _TYPES.get(first.form, "application/json"),
            "webhook-id": name,
            "webhook-timestamp": str(int(sending.now.timestamp())),
            "webhook-signature": signer.sign(name, sending.now, body.decode()),
            "Idempotency-Key": name,
        }
        request = HttpRequest("POST", self.config.endpoint, headers, body, self.config.timeout, 65_536)
        return verdict(sending.reach.http.send(request), sending.now)
