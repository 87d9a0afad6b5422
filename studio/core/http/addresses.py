"""Where a name leads, for what is not HTTP, and before anything is sent: never inside, unless the operator lists it."""

import socket
from collections.abc import Sequence

from AntiSSRF import AntiSSRFError  # type: ignore[import-untyped]  # it ships no types
from AntiSSRF._antissrf_agent import (  # type: ignore[import-untyped]  # the library's own look-up and rule
    _validate_request_host,
)

from studio.core.http.errors import HttpError
from studio.core.http.wire import PORTS, Hosts, strict
from studio.core.i18n import gettext


def resolved(host: str, port: int, allowed_hosts: Sequence[str] = ()) -> str:
    """The checked address to connect to. Raises HttpError: `http.refused_address` or `http.dns`.

    Looks the name up once; whoever connects must use what is returned, or the name may lead elsewhere by then.
    """
    try:
        if Hosts(tuple(allowed_hosts)).allows(host, port):
            return str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
        return str(_validate_request_host(strict(), host)[0].get_address())
    except AntiSSRFError as error:
        words = gettext("This address is not called: it leads inside, where workflows must not reach.")
        raise HttpError(words, code="http.refused_address", seen=False, retryable=False) from error
    except (OSError, UnicodeError, IndexError) as error:
        words = gettext("The host's name is not known.")
        raise HttpError(words, code="http.dns", seen=False, retryable=True) from error


def refusal(scheme: str, host: str, port: int | None, allowed_hosts: Sequence[str] = ()) -> str | None:
    """Why an HTTP address will not be called, as far as that is known now; None: nothing speaks against it.

    A name that is not known yet is no refusal: it is looked up again at every call.
    """
    wanted = port or PORTS.get(scheme, 0)
    if not Hosts(tuple(allowed_hosts)).allows(host, wanted) and wanted not in PORTS.values():
        return gettext(
            "Port %(error)s is not called: only 80 and 443 are, or hosts that the operator lists.", error=wanted
        )
    try:
        resolved(host, wanted, allowed_hosts)
    except HttpError as error:
        return error.message if error.code == "http.refused_address" else None
    return None
