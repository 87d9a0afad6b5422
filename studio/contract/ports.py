"""How sibling packages meet: one asks through a port, `app.py` joins the port to whoever answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

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


@dataclass(frozen=True, slots=True)
class ApprovalPart:
    """People of whom some have to agree."""

    approvers: Sequence[str]
    """`user:<email or id>`, `group:<name>` or `schedule:<name>`: whoever is on call then."""
    need: str = "any"
    """`any`, `all`, `count` (at least `n`) or `percent` (at least `n` per cent, rounded up)."""
    n: int | None = None
    field: str = "approvers"
    """Where the asker wrote the people: errors about them name it."""
    need_field: str = "need"
    """Where the asker wrote how many."""


@dataclass(frozen=True, slots=True)
class ApprovalStage:
    """Parts that all have to agree before the next stage is asked."""

    parts: Sequence[ApprovalPart]
    name: str = ""
    declines: int = 1
    """Distinct people whose decline ends it."""
    declines_field: str = "declines"


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who decides, and how many of them. Frozen, with the people it names, when they are asked."""

    stages: Sequence[ApprovalStage]
    exclude_roles: Sequence[str] = ()
    """Roles of seats whose people must not decide."""
    changes: str = "end"
    """What asking for changes does: `end` the request, or `wait` for a new version."""
    stale: str = "all"
    """What a new version does to what was said before: `all` are asked again, or `keep` it counting."""
    more: bool = False
    """Once all stages have agreed, the asker hears `approved`, and may add a stage; until then it is not settled."""


@dataclass(frozen=True, slots=True)
class ApprovalItem:
    """One of several things that are asked about together."""

    key: str
    label: str
    amount: str | None = None
    """Decimal text, in the request's currency."""


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """Who decides and until when, kept under a name, as it stands now."""

    id: UUID
    name: str
    version: int
    fields: Mapping[str, Any]
    """As the approval step's own form would have them."""


@dataclass(frozen=True, slots=True)
class ApprovalDelay:
    """An amount of time."""

    amount: int
    unit: str
    """`minutes`, `hours`, `days`, `working_hours` or `working_days`."""
    calendar: str = ""
    """Name of the calendar that working time is counted by; empty: the workspace's default."""


@dataclass(frozen=True, slots=True)
class ApprovalLevel:
    """Who is asked when nobody has answered for a while."""

    after: ApprovalDelay
    """Since the level before, or since people were asked."""
    targets: Sequence[str]
    """1 to 10 of `user:<email or id>`, `group:<name>` or `schedule:<name>`."""
    in_turn: bool = False
    """One of them, whoever was asked longest ago, instead of all."""
    replaces: bool = False
    """Those who were asked before can no longer decide."""
    field: str = "levels"
    """Where the asker wrote it: errors about it name a path below."""


@dataclass(frozen=True, slots=True)
class ApprovalEscalation:
    """What happens while nobody answers. Frozen, with the people it names, when they are asked."""

    levels: Sequence[ApprovalLevel] = ()
    loops: int = 0
    """How often the levels are repeated, 0 to 9."""
    acknowledge_for: ApprovalDelay | None = None
    """How long whoever is on it holds the next level back; None: 30 minutes."""
    fallback: Sequence[str] = ()
    """Asked where nobody is left who may decide, or a level has nobody to ask."""
    then: str = "wait"
    """After the last level: `wait`, `decline`, `expire` or `approve`."""
    then_after: ApprovalDelay | None = None
    """None: as long as before the last level."""


@dataclass(frozen=True, slots=True)
class ApprovalAsk:
    """An approval that somebody asks for. `asker` and `ref` name whoever wants to hear the end."""

    asker: str
    ref: Mapping[str, str]
    title: str
    """One sentence in words: "Refund €420.00 to Anna Keller"."""
    facts: Sequence[tuple[str, str]]
    """Label and value, as people read them."""
    approvers: Sequence[str]
    """`user:<email or id>` or `group:<name>`. Any one of them decides, unless there is a rule."""
    instructions: str = ""
    due_at: datetime | None = None
    remind_at: datetime | None = None
    calendar_id: UUID | None = None
    """The calendar of working hours that `due_at` was counted by."""
    requester: str | None = None
    """E-mail address of who is told the outcome."""
    payload: Any = None
    """What the decision is bound to, by hash."""
    amount: str | None = None
    """Decimal text, where money goes through this approval."""
    currency: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    """Names and links for the page: workflow, run, order."""
    rule: ApprovalRule | None = None
    """None: any one of `approvers` decides."""
    options: Sequence[Mapping[str, Any]] = ()
    """Answers beside yes, no and changes: `label`, `counts`, `style`, `fields` (a form), `key`."""
    items: Sequence[ApprovalItem] = ()
    """Of which some may be approved and others not; for a rule of one part alone."""
    policy: ApprovalPolicy | None = None
    """The policy that `rule` was taken from, where it was."""
    threads_first: bool = False
    """Nobody may approve it while a thread on it is open."""
    last_editor: UUID | None = None
    """The person who last edited what is to be approved, where they must not decide."""
    barred: Sequence[UUID] = ()
    """Others who must not decide, nor choose who does."""
    slack: bool | None = None
    """Whether a message in Slack tells of it as well; None: as the workspace has set."""
    escalation: ApprovalEscalation | None = None
    """None: whoever was asked stays asked, alone, until the deadline."""


@dataclass(frozen=True, slots=True)
class ApprovalNotice:
    """Something that people are told, and asked nothing."""

    key: str
    """The same key tells each person once, however often it is asked for."""
    people: Sequence[str]
    """`user:<email or id>`, `group:<name>` or `schedule:<name>`."""
    subject: str
    text: str
    workflow_name: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalFurther:
    """Further people who are asked about a request that a run has asked before, and that its stages so far approve."""

    request_id: str
    run_id: UUID
    wait_id: UUID
    """Resolved with how it ends, or with `approved` where yet another stage may follow."""
    node: str
    stages: Sequence[ApprovalStage]
    more: bool = False
    due_at: datetime | None = None
    remind_at: datetime | None = None
    calendar_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ApprovalGather:
    """A run that waits for the ends of several requests that it has asked before."""

    wait_id: UUID
    """Resolved with all of their answers, in the transaction that ends the last one."""
    run_id: UUID
    workflow_id: UUID
    path: str
    """Where in its loops the run is: what was asked there and further in is meant."""
    requests: Sequence[Any] | None = None
    """Ids of the requests; None: all that the run has asked there."""


class Approvals(Protocol):
    """Ask people. The handler registered under `asker` runs in the transaction that ends the request."""

    def request(self, uow: UnitOfWork, ask: ApprovalAsk) -> UUID:
        """Open a request and its assignments; returns its id."""
        ...

    def policy(self, uow: UnitOfWork, name: str) -> ApprovalPolicy:
        """The policy of that name. Raises InvalidInput where there is none."""
        ...

    def withdraw(self, uow: UnitOfWork, request_id: UUID, reason: str) -> None:
        """Close it because whoever asked no longer needs it."""
        ...

    def settled(self, uow: UnitOfWork, request_id: UUID, how: str) -> None:
        """Close it because whoever acts has dealt with its object elsewhere in Studio; people read who, and how."""
        ...

    def further(self, uow: UnitOfWork, ask: ApprovalFurther) -> dict[str, Any] | None:
        """Ask further people; the answer, where it was taken back meanwhile. Raises InvalidInput, Conflict."""
        ...

    def gather(self, uow: UnitOfWork, gather: ApprovalGather) -> dict[str, Any] | None:
        """Wait for several: their answers, where all have ended already. Raises InvalidInput where there are none."""
        ...

    def notify(self, uow: UnitOfWork, notice: ApprovalNotice) -> list[str]:
        """Mail people when it suits them; returns their names. Raises InvalidInput where there is nobody."""
        ...


class StepUp(Protocol):
    """Whether whoever acts has shown just now that it is them."""

    def require(self, uow: UnitOfWork, action: str, bound_to: str) -> None:
        """Returns where the actor may go on; raises Forbidden (code `step_up`) where they have to show it first.

        `action` is a permission's name; `bound_to` is the hash of what it is done to.
        """
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
