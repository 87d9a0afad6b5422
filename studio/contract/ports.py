"""How sibling packages meet: one asks through a port, `app.py` joins the port to whoever answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from studio.contract.approving import Approvals
from studio.core.http.messages import HttpRequest, HttpResponse
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Resolved:
    """A wait that has ended, and what its run gets of it."""

    wait_id: UUID
    run_id: UUID
    payload: Any


class Waits(Protocol):
    """Runtime's side of a wait: whoever ends what a run waits for says so here."""

    def resolve(self, uow: UnitOfWork, wait_id: UUID, run_id: UUID, payload: Any) -> bool:
        """Write the one resolution of a wait and wake its run, in the caller's transaction.

        Allowed before the run has parked. False where the wait was resolved before.
        """
        ...

    def resolve_all(self, uow: UnitOfWork, resolved: Sequence[Resolved]) -> int:
        """The same for several, in a few statements; returns how many had not been resolved before."""
        ...


class Mailer(Protocol):
    """Mail leaves after the commit, from an outbox row."""

    def send(
        self,
        uow: UnitOfWork,
        *,
        key: str,
        to: Sequence[str],
        subject: str,
        text: str,
        html: str | None = None,
        reply_to: str | None = None,
    ) -> None:
        """Queue one mail. The same `key` queues it once, however often it is asked for."""
        ...


class Store(Protocol):
    """The workspace's small key-value table."""

    def get(self, uow: UnitOfWork, table: str, key: str) -> Any:
        """The value, or None."""
        ...

    def put(self, uow: UnitOfWork, table: str, key: str, value: Any, *, ttl_s: float | None = None) -> None:
        """Write a value; it ends after `ttl_s` seconds, or never."""
        ...

    def first(self, uow: UnitOfWork, table: str, key: str, *, ttl_s: float | None, by: str) -> bool:
        """Claim a key: True the first time, False while it is held by another. The same `by` may claim again."""
        ...


class Secrets(Protocol):
    """Secrets by name, resolved through the run's workspace at the moment of use."""

    def reveal(self, workspace_id: UUID, name: str, *, purpose: str, host: str | None) -> str:
        """The value. Raises NotFound or Forbidden (bound to another host)."""
        ...


class Http(Protocol):
    """The one way out: no private addresses, capped in time and size."""

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send it. Raises studio.core.http.HttpError, which says whether the target may have seen the request."""
        ...


@dataclass(frozen=True, slots=True)
class CallAsk:
    """A workflow that a run calls."""

    workflow: str
    """Its id, as the step's config has it."""
    inputs: Mapping[str, Any]
    run_id: UUID
    """The run that calls."""
    node: str
    path: str


@dataclass(frozen=True, slots=True)
class Called:
    """The run that a call has started."""

    run_id: UUID
    name: str
    """Of its workflow."""


class Calls(Protocol):
    """Run another workflow of the same workspace."""

    def start(self, uow: UnitOfWork, ask: CallAsk, wait_id: UUID | None) -> Called:
        """Write the run in the caller's transaction. Its end resolves `wait_id`; None: nobody waits for it.

        Raises InvalidInput with a path below `config` for each input that does not fit, or for a workflow that cannot
        be called; Conflict where it is turned off.
        """
        ...

    def rehearse(self, workspace_id: UUID, ask: CallAsk) -> tuple[str, Any]:
        """What a test-run shows instead: the workflow's name and the sample of its last step. Raises as start()."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """One that waits to see whether another comes."""

    run_id: UUID
    wait_id: UUID
    due_at: datetime
    """When it goes on, unless another has come."""


class Turns(Protocol):
    """Which of many runs go on now. `stream` says where they meet (at most 80 characters), `key` which are alike."""

    def slot(
        self, uow: UnitOfWork, stream: str, key: str, *, limit: int, per_s: float, burst: int, now: datetime, take: bool
    ) -> datetime:
        """The first moment at which one more may go on. Taken, unless it is later than `now` and `take` is False."""
        ...

    def arrive(
        self, uow: UnitOfWork, stream: str, key: str, run_id: UUID, wait_id: UUID, *, quiet_s: float, longest_s: float,
        now: datetime,
    ) -> tuple[datetime, Arrival | None]:  # fmt: skip
        """Be the last one. Returns when it goes on, and the one whose place it has taken."""
        ...

    def leave(self, uow: UnitOfWork, stream: str, key: str, wait_id: UUID) -> bool:
        """Whether the one whose time has come goes on: it is still the last, and is none any more."""
        ...


class Leases(Protocol):
    """Work that one process does at a time, by name (at most 40 characters)."""

    def take(self, name: str, seconds: float) -> bool:
        """Take it, unless anybody has it."""
        ...

    def keep(self, name: str, seconds: float) -> bool:
        """Renew it. False: it is another's by now."""
        ...

    def give_back(self, name: str) -> None:
        """Let others take it at once."""
        ...


@dataclass(slots=True)
class Ports:
    """What nodes reach other packages by. `app.py` fills it."""

    waits: Waits
    approvals: Approvals
    mailer: Mailer
    store: Store
    secrets: Secrets
    http: Http
    calls: Calls
    turns: Turns
