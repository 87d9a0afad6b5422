"""The provider is told which webhooks are wanted: after the commit, as often as it takes, never twice at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn
from uuid import UUID

from sqlalchemy import select

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import Accounts, Held
from studio.connectors.calling.reporting import Reporting
from studio.connectors.errors import ApiError
from studio.connectors.hooks.scheme import Registered, Wanted
from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.connectors.trail import record
from studio.connectors.webhooks import notices, secrets
from studio.connectors.webhooks.checking import DAILY
from studio.connectors.webhooks.secrets import Known
from studio.connectors.webhooks.wanting import TOPIC
from studio.core import outbox
from studio.core.claims import Job
from studio.core.crypto import Keyring
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.core.outbox import Later
from studio.core.unit_of_work import Database

HELD = timedelta(seconds=90)
"""Longer than the three calls below may take."""
CALL_S = 20.0


@dataclass(frozen=True, slots=True, repr=False)
class _Work:
    hook_id: UUID
    revision: int
    handle: str
    scope: str
    state: State
    topics: list[str]
    known: Known
    external_id: str | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Does the jobs that `Wanting` leaves."""

    database: Database
    keyring: Keyring
    accounts: Accounts
    reporting: Reporting
    public_url: str

    def register(self) -> None:
        """Take over the topic; called at the start of every process."""
        outbox.register_outside(TOPIC, self.tell)

    def tell(self, job: Job) -> None:
        """One webhook. Raises Later where it is to be tried again."""
        work = self._claim(job)
        if work is None:
            return
        api: AuthorisedApi | None = None
        try:
            api = self.accounts.api(job.workspace_id, work.handle, work.scope)
            api.timeout_s = CALL_S
            registered = self._call(api, work)
        except StudioError as error:
            if api is not None:
                self.reporting.called(api, "webhooks", error if isinstance(error, ApiError) else None)
            self._failed(job, work, error)
            return
        self.reporting.called(api, "webhooks")
        self._done(job, work, registered)

    def _call(self, api: AuthorisedApi, work: _Work) -> Registered | None:
        """What stands at the address is removed first: an attempt before may have got through unheard."""
        hooks = api.account.connector.hooks
        if hooks is None:
            return None
        url = f"{self.public_url}{secrets.PREFIX}{work.known.address}"
        for one in hooks.listed(api):
            if one.url == url or one.id == work.external_id:
                hooks.remove(api, one.id)
        if work.state is State.UNWANTED:
            return None
        return hooks.register(api, Wanted(url, work.topics, work.known.secrets[0]))

    def _claim(self, job: Job) -> _Work | None:
        """None: there is nothing to do any more. Raises Later where another worker is at it."""
        with self.database.unit(job.workspace_id) as unit:
            query = select(ConnectionHook).where(ConnectionHook.id == UUID(job.payload["hook_id"])).with_for_update()
            hook = unit.session.scalar(query)
            if hook is None or hook.revision != job.payload["revision"]:
                return None
            if hook.state not in (State.WANTED, State.UNWANTED):
                return None
            if hook.held_until is not None and hook.held_until > unit.now:
                raise Later(_("Somebody is telling the provider already."), 5.0)
            hook.held_until = unit.now + HELD
            handle = unit.session.get_one(Connection, hook.connection_id).handle
            return _Work(
                hook.id, hook.revision, handle, hook.scope, State(hook.state), list(hook.topics),
                secrets.opened(self.keyring, hook), hook.external_id,
            )  # fmt: skip

    def _done(self, job: Job, work: _Work, registered: Registered | None) -> None:
        with self.database.unit(job.workspace_id) as unit:
            hook = unit.session.get_one(ConnectionHook, work.hook_id, with_for_update=True)
            hook.held_until, hook.updated_at = None, unit.now
            hook.external_id = registered.id[:400] if registered is not None else None
            if registered is not None and registered.secret:
                known = secrets.renewed(secrets.opened(self.keyring, hook), registered.secret)
                secrets.seal(self.keyring, hook, known)
            if hook.revision != work.revision:
                return  # something else is wanted by now: its own job sees to that
            hook.state = State.ACTIVE.value if registered is not None else State.GONE.value
            hook.error = hook.error_code = None
            if registered is not None:
                hook.seen_at, hook.check_due_at = unit.now, unit.now + DAILY
            action = "connection.hook_registered" if registered is not None else "connection.hook_removed"
            row = unit.session.get_one(Connection, hook.connection_id)
            record(unit, action, row, topics=", ".join(hook.topics), scope=hook.scope)

    def _failed(self, job: Job, work: _Work, error: StudioError) -> None:
        """Try again, wait for the connection, or give up and say so."""
        held = isinstance(error, Held) or error.code == "connection.reauth_required"
        passing = isinstance(error, ApiError) and error.retryable and job.attempts < job.max_attempts
        with self.database.unit(job.workspace_id) as unit:
            hook = unit.session.get_one(ConnectionHook, work.hook_id, with_for_update=True)
            hook.held_until, hook.updated_at = None, unit.now
            if hook.revision != work.revision:
                return
            hook.error_code, hook.error = error.code[:80], error.message
            if not held and not passing:
                hook.state = State.FAILED.value if work.state is State.WANTED else State.GONE.value
                row = unit.session.get_one(Connection, hook.connection_id)
                record(unit, "connection.hook_failed", row, code=error.code[:80], scope=hook.scope)
                notices.queue(unit, hook, notices.FAILED)
        if passing and not held:
            _later(error)


def _later(error: StudioError) -> NoReturn:
    wait_s = error.wait_s if isinstance(error, ApiError) else None
    raise Later(error.message, wait_s or 0.0)
