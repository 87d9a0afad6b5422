"""Kinds of fields that several exporters are told: addresses, names of hosts, certificates."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.x509 import load_pem_x509_certificates
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from studio.core.i18n import gettext as _

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?\Z|[0-9A-Fa-f:.]{2,45}\Z")
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")


def address(value: str) -> str:
    """A whole HTTP address without a user in it. Raises what pydantic tells of."""
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        fits = fits and parts.port != 0 and not any(letter in value for letter in " \\\t\r\n")
    except ValueError:
        fits = False
    if not fits:
        said = _("Write a whole address, such as https://siem.example.com/events, without a user in it.")
        raise PydanticCustomError("bad_address", said)
    return value


def base_address(value: str) -> str:
    """The same, to which a path is added."""
    parts = urlsplit(address(value))
    if parts.query or parts.fragment:
        raise PydanticCustomError("bad_address", _("Write the address without “?” and “#”: a path is added to it."))
    return value.rstrip("/")


def _host(value: str) -> str:
    if not _HOST.match(value) or ".." in value:
        raise PydanticCustomError("bad_host", _("Write the name of a host alone, such as logs.example.com."))
    return value


def _printable(value: str) -> str:
    if not _PRINTABLE.match(value):
        raise PydanticCustomError("not_printable", _("Letters, digits and signs of ASCII alone, without spaces."))
    return value


def _certificates(value: str) -> str:
    try:
        load_pem_x509_certificates(value.encode())
    except ValueError:
        said = _("This is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----.")
        raise PydanticCustomError("bad_certificate", said) from None
    return value


Endpoint = Annotated[str, Field(max_length=2_000), AfterValidator(address)]
"""A whole address."""
Base = Annotated[str, Field(max_length=2_000), AfterValidator(base_address)]
"""An address that paths are added to; without a slash at its end."""
HostName = Annotated[str, Field(max_length=253), AfterValidator(_host)]
Printable = Annotated[str, Field(min_length=1), AfterValidator(_printable)]
"""Visible ASCII."""
Certificates = Annotated[str, Field(max_length=32_768), AfterValidator(_certificates)]
"""One certificate or several, in PEM. They are public, so they stand in the document itself."""
