"""TLS towards destinations that do not speak HTTP: their authority, our certificate."""

import os
import re
import ssl
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.export.components import SecretName, Settings
from studio.export.fields import Certificates, HostName

_PEM = re.compile(r"-----BEGIN ([A-Z ]{3,40})-----(.*?)-----END \1-----", re.DOTALL)


class TlsSettings(Settings):
    """As the Collector has them."""

    ca_pem: Certificates | None = None
    """The authority that signed the server's certificate; None: those that this machine trusts."""
    cert_pem: Certificates | None = None
    """The certificate that Studio shows, with what it was signed by."""
    key_pem: SecretName | None = None
    """Its private key, in PEM without a password."""
    server_name_override: HostName | None = Field(None)
    """The name in the server's certificate, where it is another than its host's."""

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.cert_pem is None) != (self.key_pem is None):
            said = _("A certificate of Studio's own needs cert_pem and key_pem, both of them.")
            raise PydanticCustomError("half_a_pair", said)
        return self


def context(settings: TlsSettings, key: str | None) -> ssl.SSLContext:
    """For one connection: TLS 1.2 at least, certificate and name checked. Raises InvalidInput (`tls.bad_key`)."""
    made = ssl.create_default_context(cadata=settings.ca_pem)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if settings.cert_pem is not None and key is not None:
        _show(made, settings.cert_pem, key)
    return made


def _show(made: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL reads a pair from files alone; this one lies in memory and has no name."""
    said = _("The private key does not fit its certificate, or is none in PEM without a password.")
    try:
        found = load_pem_private_key(_lines(key).encode(), password=None)
        plain = found.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        descriptor = os.memfd_create("pair")
        try:
            place = Path(f"/proc/self/fd/{descriptor}")
            place.write_bytes(certificate.encode().rstrip() + b"\n" + plain)
            made.load_cert_chain(place)
        finally:
            os.close(descriptor)
    except (ValueError, TypeError, ssl.SSLError):  # said without what stands there
        raise InvalidInput(said, code="tls.bad_key") from None


def _lines(key: str) -> str:
    """Line breaks where PEM wants them: a field for passwords takes them out."""
    found = _PEM.search(key)
    if found is None:
        return key
    body = "".join(found[2].split())
    wrapped = "\n".join(body[place : place + 64] for place in range(0, len(body), 64))
    return f"-----BEGIN {found[1]}-----\n{wrapped}\n-----END {found[1]}-----\n"
