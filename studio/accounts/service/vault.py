"""Secrets: write-only, sealed for their workspace and row, bound to the hosts they may be sent to."""

import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, update

from studio.accounts import policy, trail
from studio.accounts.models import Secret
from studio.audit import Change
from studio.contract import gates
from studio.contract.gates import Act
from studio.core import ids, tenancy
from studio.core.crypto import Keyring, version_of
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.sealed import context_of
from studio.core.unit_of_work import Database, UnitOfWork

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,79}\Z")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?\Z")
MAX_VALUE = 16_384


class SecretVault:
    """The secrets of all workspaces. Implements `studio.contract.ports.Secrets`."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database, self._keyring = database, keyring

    def create(self, uow: UnitOfWork, *, name: str, value: str, hosts: Sequence[str]) -> Secret:
        """Store a new secret. Raises Conflict where the name is taken."""
        if not _NAME.match(name):
            sentence = _("A name starts with a letter and holds letters, digits, “_”, “-” and “.”.")
            raise InvalidInput(sentence, field="name")
        if uow.session.scalar(select(Secret.id).where(Secret.name == name)):
            raise Conflict(_("There is a secret named %(name)s already.", name=name), field="name")
        wanted = _checked(hosts)
        _pass(uow, "create", name, wanted)
        row = Secret(
            id=ids.new_id(),
            workspace_id=uow.workspace,
            name=name,
            hosts=wanted,
            created_at=uow.now,
            created_by=uow.actor.user_id,
        )
        self._seal(uow, row, value)
        uow.session.add(row)
        uow.session.flush()
        trail.record(uow, "secret.created", ("secret", row.id, name), hosts=row.hosts)
        return row

    def replace(self, uow: UnitOfWork, secret_id: UUID | None, *, value: str, hosts: Sequence[str]) -> Secret:
        """Give a secret another value (none given: the old one stays) and other hosts.

        Another host needs the value again: else whoever may edit could send it to a host of their own.
        """
        row = tenancy.get(uow.session, Secret, secret_id, "secret")
        wanted = _checked(hosts)
        if not value and not set(wanted) <= set(row.hosts):
            sentence = _("Type the value again to let it go to another host.")
            raise InvalidInput(sentence, field="value", code="value_needed")
        _pass(uow, "replace" if value else "rebind", row.name, wanted)
        changes = [Change("value", redacted=True)] if value else []
        if wanted != row.hosts:
            changes.append(Change("hosts", row.hosts, wanted))
        row.hosts = wanted
        if value:
            self._seal(uow, row, value)
        row.updated_at, row.updated_by = uow.now, uow.actor.user_id
        target = ("secret", row.id, row.name)
        trail.record(uow, "secret.updated", target, changes=changes, value_replaced=bool(value))
        return row

    def delete(self, uow: UnitOfWork, secret_id: UUID | None) -> str:
        """Remove a secret; steps that name it fail from now on. Returns its name."""
        row = tenancy.get(uow.session, Secret, secret_id, "secret")
        _pass(uow, "delete", row.name, row.hosts)
        uow.session.delete(row)
        trail.record(uow, "secret.deleted", ("secret", row.id, row.name))
        return row.name

    def listing(self, uow: UnitOfWork) -> Sequence[Secret]:
        """The workspace's secrets by name, without their values."""
        return uow.session.scalars(select(Secret).order_by(Secret.name).limit(500)).all()

    def reveal(self, workspace_id: UUID, name: str, *, purpose: str, host: str | None) -> str:
        """The value, for a step that sends it to `host`; None: it does not leave this process."""
        with self._database.unit(workspace_id) as unit:
            row = unit.session.scalar(select(Secret).where(Secret.name == name))
            if row is None:
                raise NotFound(_("There is no secret named %(name)s.", name=name), resource=f"secret:{name}")
            if host is not None and not policy.host_allowed(host, row.hosts):
                raise Forbidden(
                    _(
                        "The secret %(name)s may not be sent to %(host)s; it is bound to %(value)s. Nothing was sent.",
                        name=name,
                        host=host,
                        value=", ".join(row.hosts) or "no host",
                    ),
                    code="secret_host",
                    resource=f"secret:{name}",
                )
            if row.last_used_at is None or unit.now - row.last_used_at > policy.TOUCH_EVERY:
                unit.session.execute(update(Secret).where(Secret.id == row.id).values(last_used_at=unit.now))
            plain = self._keyring.unseal(row.ciphertext, context=context_of(row, "ciphertext"))
        return plain.decode()

    def _seal(self, uow: UnitOfWork, row: Secret, value: str) -> None:
        if not value or len(value) > MAX_VALUE:
            raise InvalidInput(
                _("Type a value of at most %(max_value)s characters.", max_value=MAX_VALUE), field="value"
            )
        row.ciphertext = self._keyring.seal(value.encode(), context=context_of(row, "ciphertext"))
        row.key_version = version_of(row.ciphertext)
        row.updated_at, row.updated_by = uow.now, uow.actor.user_id


def _checked(hosts: Sequence[str]) -> list[str]:
    clean = sorted({host.strip().lower().rstrip(".") for host in hosts if host.strip()})
    wrong = [host for host in clean if not _HOST.match(host) or ".." in host]
    if wrong:
        sentence = _("%(wrong)s is no host name. Write api.example.com, or *.example.com.", wrong=wrong[0])
        raise InvalidInput(sentence, field="hosts")
    return clean


def _pass(uow: UnitOfWork, verb: str, name: str, hosts: Sequence[str]) -> None:
    """Where the workspace has a policy for it. The value itself is in nobody's question."""
    what = _("Secret %(name)s: %(verb)s", name=name, verb=verb)
    payload = {"do": verb, "name": name, "hosts": list(hosts)}
    gates.current().require(uow, Act("secret.change", what, payload, {"name": name}))
