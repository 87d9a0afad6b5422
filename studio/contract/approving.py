"""How packages ask people: what an approval is asked with, and the port that asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from studio.core.unit_of_work import UnitOfWork


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
    owns: str = ""
    """What they own of it, for people to read, where they are asked for that: "country = DE"."""


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
    proof: bool = False
    """Whoever approves proves once more who they are."""


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
class ApprovalEffect:
    """What stands between a yes and its effect; until then it can be taken back."""

    after: ApprovalDelay | None = None
    at: datetime | None = None
    """Not before."""
    within: str = ""
    """Name of the calendar whose hours it takes effect in alone; empty: at any hour."""


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
    counted: Mapping[str, Any] | None = None
    """How it was counted, so that an edited calendar can count anew."""
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
    effect: ApprovalEffect | None = None
    """None: a yes takes effect at once."""
    threads_first: bool = False
    """Nobody may approve it while a thread on it is open."""
    lock: str = ""
    """What no other request may be open about meanwhile, up to 200 letters: it waits its turn. Empty: nothing."""
    last_editor: UUID | None = None
    """The person who last edited what is to be approved, where they must not decide."""
    barred: Sequence[UUID] = ()
    """Others who must not decide, nor choose who does."""
    attachments: Sequence[UUID] = ()
    """Stored files that are part of what is asked; whoever asks has handed them in."""
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
    counted: Mapping[str, Any] | None = None


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

    def groups(self, uow: UnitOfWork, of: UUID | None = None) -> Mapping[UUID, str]:
        """The workspace's groups of approvers by id, with their names; or those alone that a person is in."""
        ...

    def notify(self, uow: UnitOfWork, notice: ApprovalNotice) -> list[str]:
        """Mail people when it suits them; returns their names. Raises InvalidInput where there is nobody."""
        ...
