"""Whether credentials work, and whose they are: asked of the provider before anything is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi, Trace
from studio.connectors.definition import Account, FoundScope
from studio.core.http import HttpRequest, HttpResponse


class NoOther:
    """A renewer for credentials on trial: there are no others. Implements `authorised.Renewer`."""

    def fresh(self, account: OpenAccount) -> OpenAccount:
        """They are what was typed."""
        return account

    def refused(self, account: OpenAccount) -> OpenAccount | None:
        """Kept ones of before prove nothing about them."""
        del account
        return None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial has shown."""

    account: OpenAccount
    whose: Account
    scopes: tuple[FoundScope, ...]
    traces: Sequence[Trace]


def try_out(send: Callable[[HttpRequest], HttpResponse], account: OpenAccount) -> Tried:
    """Ask whose they are, and which channels, stores and warehouses there are. Raises ApiError. No transaction open."""
    api = AuthorisedApi(account, send, NoOther())
    whose = account.connector.probe(api)
    scopes = tuple(account.connector.scopes(api)) if account.connector.scopes else ()
    return Tried(account, whose, scopes, api.traces)
