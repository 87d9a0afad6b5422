"""Objects in S3, or in a store that speaks its protocol: one a batch, a line an event."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints

from studio.core.buckets import Bucket, checksum, code_in
from studio.core.http import HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.export.calling import credential, packed, verdict
from studio.export.components import Entry, Exporter, ExporterSettings, Needs, SecretName, Sending
from studio.export.fields import Base, Printable
from studio.export.outcomes import Fate, Verdict
from studio.export.records import Record

BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9_.=-]+/)*$", max_length=200)]
_AGAIN = frozenset({"RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "SlowDown", "InternalError"})


class S3Settings(ExporterSettings):
    """Whose bucket it is."""

    bucket: BucketName
    region: Region = "us-east-1"
    prefix: Prefix = "audit/"
    """What keys begin with, with a slash at its end."""
    access_key_id: Printable = Field(max_length=128)
    secret_access_key: SecretName
    endpoint: Base | None = None
    """Of a store that is not Amazon's; None: the region's."""
    storage_class: Literal["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] | None = None
    """None: the bucket's own."""


class S3(Exporter[S3Settings]):
    """Puts a packed object a batch, under a key that a repeat has as well: it overwrites, and leaves no second one."""

    kind = "s3"
    label = marked("Amazon S3 and stores like it")
    model = S3Settings
    example = """\
bucket: acme-audit
region: eu-central-1
prefix: studio/
access_key_id: AKIAIOSFODNN7EXAMPLE
secret_access_key: ${secret:s3_key}
"""
    most_items = 1_000
    most_bytes = 8_000_000

    def needs(self) -> Needs:
        """Its address and its key."""
        return Needs(url=self._bucket.url, secrets={"secret_access_key": self.config.secret_access_key})

    def send(self, batch: Sequence[Entry], sending: Sending) -> Verdict:
        """One request a batch."""
        body = packed(b"".join(entry.data + b"\n" for entry in batch))
        url = self._bucket.address(key_of(batch[0].record, self.config.prefix, sending))
        headers = {"Content-Type": "application/gzip"} | checksum(body)
        if self.config.storage_class is not None:
            headers["x-amz-storage-class"] = self.config.storage_class
        secret = credential(sending, self.config.secret_access_key, urlsplit(url).hostname)
        signed = self._bucket.signed("PUT", url, headers, secret, body)
        return _judged(sending.reach.http.send(HttpRequest("PUT", url, signed, body, self.config.timeout)), sending)

    @property
    def _bucket(self) -> Bucket:
        config = self.config
        return Bucket(config.bucket, config.region, config.access_key_id, config.endpoint)


def key_of(first: Record, prefix: str, sending: Sending) -> str:
    """By the first event: its hour, and its number in the trail."""
    hour = first.recorded_at.astimezone(UTC).strftime("%Y/%m/%d/%H")
    return f"{prefix}{sending.workspace_id}/{sending.destination_id}/{hour}/{first.seq:020d}.jsonl.gz"


def _judged(answer: HttpResponse, sending: Sending) -> Verdict:
    """By S3's own code where there is one: it says 400 to a wrong region, and no event is ever at fault."""
    found = verdict(answer, sending.now)
    if found.fate in (Fate.SENT, Fate.RETRY):
        return found
    named = code_in(answer.body)
    code = named or f"HTTP {answer.status}"
    if code in _AGAIN:
        return Verdict(Fate.RETRY, f"s3.{code}", _("The store could not take the object now (%(code)s).", code=code))
    said = _("The store does not take the object (%(code)s). Check bucket, region and keys.", code=code)
    return Verdict(Fate.HOLD, f"s3.{code}" if named else found.code, said)
