"""One sync's turn: page after page, each read with no transaction open and kept in one.

A turn that dies anywhere is taken up by another worker from the cursor of the last page that was kept. One that hangs
and comes back late finds the epoch moved, and writes nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import structlog

from studio.connectors.calling import reporting
from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import Accounts, Held, opened, why
from studio.connectors.calling.sparing import Spared, sparingly
from studio.connectors.errors import ApiError, NotUsable, SignInRefused
from studio.connectors.models import Connection, ConnectionScope
from studio.connectors.policy import USABLE
from studio.connectors.syncing import passing
from studio.connectors.syncing.changes import Tell
from studio.connectors.syncing.outcomes import Phase
from studio.connectors.syncing.passing import Lost, Plan
from studio.connectors.wire import Scope
from studio.core import clock
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.targets import Sign, Targets
from studio.core.unit_of_work import UnitOfWork

log = structlog.get_logger()

KEEP_EVERY_S = 10.0


class Turn:
    """Made for one turn and thrown away."""

    def __init__(
        self, accounts: Accounts, tell: Tell, targets: Targets, workspace_id: UUID, sync_id: UUID,
        keep: Callable[[], bool],
    ) -> None:  # fmt: skip
        """`keep` renews the lease; False where it is another's by now."""
        self._accounts, self._database, self._tell, self._targets = accounts, accounts.database, tell, targets
        self._workspace_id, self._id, self._keep = workspace_id, sync_id, keep
        self._kept = clock.monotonic()
        self._read = 0

    def run(self, until: float) -> tuple[int, bool]:
        """Read until then. Returns how many records were read, and whether nothing is left for now."""
        try:
            with self._database.unit(self._workspace_id) as uow:
                plan = passing.take(uow, self._id)
            fault_point("sync.taken")
            through = plan is None or self._attempt(plan, until)
        except Lost:
            log.info("sync_turn_lost", sync_id=str(self._id))
            through = True
        return self._read, through

    def _attempt(self, plan: Plan, until: float) -> bool:
        """True: nothing is left for now. Whatever goes wrong is written down, with what was asked of the provider."""
        api: AuthorisedApi | None = None
        try:
            api = self._open(plan)
            return self._pages(plan, api, until)
        except Lost:
            raise
        except StudioError as error:
            self._write_down(plan, api, error)
        except Exception:  # a definition's mistake, or the provider's shape: this sync's alone
            log.exception("sync_broke", sync_id=str(self._id), stream=plan.stream.key)
            said = _("The provider's answer was not what Studio expects; Studio's log says more.")
            self._write_down(plan, api, ApiError(said, code="sync.broken"))
        return True

    def _pages(self, plan: Plan, api: AuthorisedApi, until: float) -> bool:
        first = True
        while plan.phase is Phase.READING:
            self._hold()
            page = sparingly(self._targets, api.account, lambda: plan.stream.read(api, plan.cursor, plan.stream.limit))
            fault_point("sync.read")
            with self._database.unit(self._workspace_id) as uow:
                if first:
                    reporting.judge(uow, api.account, None)
                over = passing.keep(uow, self._id, plan, page, api.traces, self._tell)
                uow.session.flush()
                fault_point("sync.before_commit")
            fault_point("sync.after_commit")
            api.traces.clear()
            first = False
            self._read += len(page.records)
            if over:
                return True
            if clock.monotonic() >= until:
                return False
        after: str | None = ""
        while after is not None:
            self._hold()
            with self._database.unit(self._workspace_id) as uow:
                after = passing.sweep(uow, self._id, plan, after, self._tell)
            fault_point("sync.swept")
            if after is not None and clock.monotonic() >= until:
                return False
        return True

    def _open(self, plan: Plan) -> AuthorisedApi:
        """Calls for the connection and the scope, by their ids: two scopes may have one name."""
        with self._database.unit(self._workspace_id, read_only=True) as uow:
            row = uow.session.get_one(Connection, plan.connection_id)
            if row.state not in USABLE:
                raise Held(why(row), row.id)
            account = replace(opened(uow, self._accounts.keyring, row), scope=_scope(uow, plan.scope_id))
        return AuthorisedApi(account, self._accounts.send, self._accounts.renewer)

    def _write_down(self, plan: Plan, api: AuthorisedApi | None, error: StudioError) -> None:
        with self._database.unit(self._workspace_id) as uow:
            if isinstance(error, SignInRefused | Held | NotUsable):
                passing.hold(uow, self._id, plan, error)
            elif isinstance(error, ApiError) and error.sign is Sign.BUSY:
                passing.limit(uow, self._id, plan, error)
            elif isinstance(error, Spared):
                passing.hold(uow, self._id, plan, error, error.wait_s or 0.0)
            else:
                passing.fall(uow, self._id, plan, error)
            if api is not None:
                reporting.log(uow, plan.connection_id, api.traces, plan.purpose)
                if isinstance(error, ApiError):
                    reporting.judge(uow, api.account, error)

    def _hold(self) -> None:
        if clock.monotonic() - self._kept > KEEP_EVERY_S:
            if not self._keep():
                raise Lost
            self._kept = clock.monotonic()


def _scope(uow: UnitOfWork, scope_id: UUID | None) -> Scope | None:
    if scope_id is None:
        return None
    part = uow.session.get_one(ConnectionScope, scope_id)
    if part.gone_at is not None:
        words = _("The provider no longer lists “%(name)s”.", name=part.name)
        raise ApiError(words, code="connection.scope_gone", sign=Sign.WELL)
    return Scope(part.id, part.kind, part.external_id, part.name, part.settings)
