"""What a node answers, and what a waiting node hears."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from studio.core.targets import Sign


@dataclass(frozen=True, slots=True)
class Done:
    """The step is finished; the run goes on behind `port`."""

    output: Any = None
    port: str = "next"
    note: str | None = None
    """One sentence for the run page, such as "Approved by Jonas Weber"."""
    ends_run: bool = False
    """The whole run succeeds here; what still waits is cancelled."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The step waits for something outside the run."""

    wait_id: UUID
    """Minted by Context.new_wait() before whatever will resolve it."""
    kind: str
    """Open text: `timer`, `signal`, `approval`, …"""
    due_at: datetime | None = None
    """When the wait ends by itself with a `due` signal; None: never."""
    note: str | None = None
    """For people: what it waits for."""
    detail: Any = None
    """What the run page may show, such as the approval's id."""


@dataclass(frozen=True, slots=True)
class Fail:
    """The step failed."""

    code: str
    message: str
    """What happened, what did not, what to do now."""
    retryable: bool = False
    retry_after_s: float | None = None
    """What the target asked for; honoured as a floor."""
    unknown: bool = False
    """Nobody knows whether the effect happened: never repeated blindly where the target takes no key."""
    in_doubt: bool = False
    """An attempt may have arrived and no other may go out, whatever key would make one safe: people find out."""
    output: Any = None
    """What was received nonetheless."""
    field: str | None = None
    """Dotted path into the step's config."""
    expression: str | None = None
    """The source that met data it cannot work with."""
    ends_run: bool = False
    """The whole run fails here, whatever the error port says."""
    target: Sign = Sign.NONE
    """What the call says of its target: enough that are DOWN stop the calls to it for a while."""
    not_called: bool = False
    """Nothing went out, for no fault of this step: it is tried once more even where it has no retries."""


@dataclass(frozen=True, slots=True)
class Expand:
    """A loop's items; the executor runs the body for each."""

    items: list[Any]
    concurrency: int = 1
    on_item_error: str = "stop"
    """`stop` fails the run; `continue` goes on with the next item and counts the failure."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What woke a waiting step."""

    kind: str
    """`resolved`: somebody answered. `due`: its time has come."""
    payload: Any = None


Outcome = Done | Wait | Fail | Expand
