"""A record of every kind that is sealed, and what opening each of them gives."""

from collections.abc import Callable

from flask import Flask

from studio.accounts.factor_models import TotpSecret
from studio.accounts.factors import totp
from studio.api.models import IdempotencyKey
from studio.approvals.slack.channels import BOT, Channels, Save
from studio.audit.sealing import keys
from studio.connectors import credentials
from studio.connectors.models import ConnectionCredential
from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventSource, TriggerSubscription
from studio.runtime.service import subscriptions
from studio.runtime.sources import service as sources
from tests.factories.accounts import MadeTenant, make_token, with_token
from tests.factories.connections import Switchboard
from tests.factories.sources import open_source
from tests.factories.workflows import make_workflow
from tests.runtime.triggers.test_app_events import flow

HOOK = {"key": "hook", "type": "trigger.webhook", "name": "Hook", "config": {"sample": {"a": 1}}}
Opened = dict[str, object]


def fill(app: Flask, tenant: MadeTenant, secrets: int = 1) -> Callable[[Keyring], Opened]:
    """Seal one of each kind in a workspace. What is returned opens all of them with a keyring, by name."""
    database, ring = app.extensions["studio_database"], app.extensions["studio_keyring"]
    program = with_token(app, make_token(app, tenant, "owner", ["secrets:write"]))
    for number in range(secrets):
        body = {"name": f"erp-{number}", "value": f"value of {number} here", "hosts": ["erp.example.com"]}
        answer = program.post("/api/v1/secrets", json=body, headers={"Idempotency-Key": f"key-{number}"})
        assert answer.status_code == 201, answer.text
    make_workflow(app, tenant, flow("Hooked", HOOK), published=True)
    open_source(app, tenant)
    Switchboard(app, tenant.id, "127.0.0.1:9").connect(handle="shop")
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        Channels(ring).save(uow, Save(BOT, "#approvals", "xoxb-12345678", "", "signing-secret", every=False))
        totp.begin(uow, ring, tenant["owner"].user_id)
        keys.signer(uow, ring)

    def opened(keyring: Keyring) -> Opened:
        with database.unit(tenant.id) as uow:
            found = _of_tenant(uow, keyring)
            found["totp"] = totp.pending(uow, keyring, tenant["owner"].user_id)
            found["signer"] = keys.ours(uow, keyring)
        vault = type(app.extensions["studio_vault"])(database, keyring)
        for number in range(secrets):
            found[f"erp-{number}"] = vault.reveal(tenant.id, f"erp-{number}", purpose="test", host=None)
        return found

    return opened


def _of_tenant(uow: UnitOfWork, keyring: Keyring) -> Opened:
    channels = Channels(keyring)
    channel = channels.current(uow)
    assert channel is not None
    return {
        "slack": channels.target(channel).secret.reveal(),
        "signing": channels.signing(channel).reveal(),
        "hooks": [subscriptions.address(keyring, row) for row in uow.session.query(TriggerSubscription)],
        "sources": [sources.address(keyring, row) for row in uow.session.query(EventSource)],
        "answers": sorted(
            keyring.unseal(row.answer, context=f"{uow.workspace}|idempotency|{row.id}").decode()
            for row in uow.session.query(IdempotencyKey)
        ),
        "connection": [credentials.opened(keyring, row) for row in uow.session.query(ConnectionCredential)],
        "apps": uow.session.query(TotpSecret).count(),
    }
