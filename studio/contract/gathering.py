"""Gathering events before a run starts: when it starts, and what it is given. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from studio.contract.node import help_
from studio.contract.spans import in_words
from studio.core.i18n import gettext as _

Gather = Literal["none", "last", "batch"]
MOST = 500
"""Events of a batch at most."""
LARGEST = 2_000_000
"""Bytes of events: a batch that has so many starts."""
QUIET_S = 60
BATCH = 100
SECTION = "gathered"
"""Where a run that starts with the last event finds how many there were."""


class Wishes(Protocol):
    """What a trigger's config says of gathering."""

    gather: Gather
    quiet_s: int
    longest_s: int
    most: int


@dataclass(frozen=True, slots=True)
class SoFar:
    """What has been gathered: how many events, how many bytes, since when."""

    count: int
    size: int
    first_at: datetime


def due_at(wishes: Wishes, so_far: SoFar, now: datetime) -> datetime:
    """When the run starts, an event having come at `now`: never later than `longest_s` after the first one."""
    latest = so_far.first_at + timedelta(seconds=wishes.longest_s)
    if wishes.gather == "last":
        return min(latest, now + timedelta(seconds=wishes.quiet_s))
    return now if so_far.count >= wishes.most or so_far.size >= LARGEST else latest


def data_of(mode: str, bodies: Sequence[Any], count: int, first_at: datetime) -> Any:
    """What the run gets; `bodies` oldest first, for `last` the last one alone is enough."""
    if mode == "batch":
        return {"events": list(bodies), "count": count}
    last = bodies[-1]
    return {**last, SECTION: {"count": count, "first_at": first_at.isoformat()}} if isinstance(last, dict) else last


def sample_of(mode: Any, sample: Any) -> Any:
    """A sample of the same shape."""
    if sample is None or mode not in ("last", "batch"):
        return sample
    return data_of(mode, [sample], 1, datetime.fromisoformat("2026-03-02T10:15:00+00:00"))


def summary(config: Mapping[str, Any]) -> str:
    """In a few words when runs start; empty where each event starts one."""
    mode, quiet_s, most = config.get("gather"), config.get("quiet_s", QUIET_S), config.get("most", BATCH)
    if mode == "last" and isinstance(quiet_s, int):
        return _("the last, once quiet for %(time)s", time=in_words(quiet_s))
    if mode == "batch" and isinstance(most, int):
        return _("up to %(most)s at a time", most=most)
    return ""


def shaped(mode: Any, data: Any) -> Any:
    """One event as the run gets it; what has the shape already stays as it is."""
    if isinstance(data, dict) and (data.keys() == {"events", "count"} if mode == "batch" else SECTION in data):
        return data
    return sample_of(mode, data)


def single(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config of a trigger that gathers nothing: what its own expressions see is one event."""
    return {**config, "gather": "none"}


def gather_field() -> Any:
    """Whether, and how."""
    return help_(
        "“last” starts one run with the last event, once nothing has come for a while; “batch” starts one run with "
        "all events of a while. Until then they are kept, and the sender is answered at once.",
        title="Gather events",
        default="none",
        example="none",
    )


def gather_key_field() -> Any:
    """What belongs together."""
    return help_(
        "Events with the same value are gathered together, such as those of one product. Empty: all of them.",
        title="Gather by",
        default=None,
        example="trigger.product.id",
        expression="any",
        deferred=True,
        show_if={"gather": ["last", "batch"]},
    )


def quiet_field() -> Any:
    """The pause after which a run starts."""
    return help_(
        "The run starts once nothing has come for so long. A document holds it in seconds.",
        title="Once quiet for",
        default=QUIET_S,
        example=60,
        widget="duration",
        show_if={"gather": "last"},
        ge=1,
        le=86_400,
    )


def longest_field() -> Any:
    """The longest wait."""
    return help_(
        "The run starts no later than so long after the first event, even if more keep coming. A document holds it in "
        "seconds.",
        title="At the latest after",
        default=600,
        example=600,
        widget="duration",
        show_if={"gather": ["last", "batch"]},
        ge=1,
        le=604_800,
    )


def most_field() -> Any:
    """The size of a batch."""
    return help_(
        "The run starts as soon as there are so many events.",
        title="As soon as there are",
        default=BATCH,
        example=100,
        show_if={"gather": "batch"},
        ge=2,
        le=MOST,
    )
