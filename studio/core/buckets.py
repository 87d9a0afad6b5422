"""Buckets of S3, and of stores that speak its protocol: their addresses and signatures. `core.http` sends."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

_CODE = re.compile(rb"<Code>([A-Za-z]{1,60})</Code>")


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket, and by which key it is opened; the key's secret comes with each request."""

    name: str
    region: str
    access_key_id: str
    endpoint: str | None = None
    """Of a store that is not Amazon's; None: the region's."""

    @property
    def url(self) -> str:
        """Its own address."""
        if self.endpoint is not None:
            return f"{self.endpoint}/{self.name}"
        if "." in self.name:  # a name with dots fits no certificate of the region's
            return f"https://s3.{self.region}.amazonaws.com/{self.name}"
        return f"https://{self.name}.s3.{self.region}.amazonaws.com"

    def address(self, key: str) -> str:
        """Of an object in it."""
        return f"{self.url}/{quote(key)}"

    def signed(
        self, method: str, url: str, headers: Mapping[str, str], secret: str, body: bytes | None = None
    ) -> dict[str, str]:
        """The headers with Signature Version 4 beside them."""
        from requests import Request  # noqa: PLC0415 - what is signed is one of these; it is sent by core.http
        from requests_aws4auth import AWS4Auth  # noqa: PLC0415 - loaded with the first object

        prepared = Request(method, url, headers=dict(headers), data=body).prepare()
        signed = AWS4Auth(self.access_key_id, secret, self.region, "s3")(prepared)
        return dict(signed.headers)


def checksum(body: bytes) -> dict[str, str]:
    """The header by which the store proves what it has got."""
    return {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(body).digest()).decode()}


def code_in(body: bytes) -> str | None:
    """The store's own code of what it refuses, such as NoSuchBucket; None: it says none."""
    found = _CODE.search(body)
    return found[1].decode() if found else None
