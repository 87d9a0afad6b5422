"""What stands between a yes and its effect."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from studio.approvals import deadlines
from studio.approvals.deadlines import Duration
from studio.approvals.nodes.fields.groups import ANSWERS, EFFECT
from studio.approvals.service import calendars
from studio.contract.approving import ApprovalDelay, ApprovalEffect
from studio.contract.node import NodeConfig, help_
from studio.contract.references import Reference
from studio.core.errors import StudioError


class Effecting(NodeConfig):
    """What stands between a yes and its effect."""

    threads_first: bool = help_(
        "Whoever is asked, or asks, can open threads on the request; while one is open, nobody can approve it. "
        "Declining stays possible",
        title="Open threads must be resolved first",
        default=False,
        group=ANSWERS,
    )
    exclusive: str = help_(
        "What only one approval at a time may be about, such as a product: further ones wait in turn, whichever "
        "workflow asks, and nobody is asked and no time runs until those before have ended. Empty: nothing",
        title="One at a time for",
        template=True,
        default="",
        example="Price of {{ trigger.product.sku }}",
        group=EFFECT,
    )
    effect_after: Duration | None = help_(
        "How long after the last yes the run goes on; until then whoever asked, or an admin, can take it back. Empty: "
        "at once",
        title="Takes effect after",
        default=None,
        widget="duration",
        group=EFFECT,
    )
    effect_at: str = help_(
        "The run does not go on before this moment, written with its offset from UTC. Empty: at once",
        title="Not before",
        template=True,
        default="",
        example="2026-12-01T09:00+01:00",
        max_length=200,
        group=EFFECT,
    )
    effect_within: str = help_(
        "Name of a calendar: a yes takes effect within its hours alone, and one that has not by closing time waits for "
        "the next opening. Empty: at any hour",
        title="Only within the hours of",
        default="",
        example="Office hours",
        max_length=80,
        group=EFFECT,
    )


def effect(config: Effecting) -> ApprovalEffect | None:
    """What the service is asked for; None: at once. Raises StudioError at `effect_at` for what is no moment."""
    after, within = config.effect_after, config.effect_within.strip()
    at = _moment(config.effect_at.strip())
    if after is None and at is None and not within:
        return None
    delay = ApprovalDelay(after.amount, after.unit.value, after.calendar) if after is not None else None
    return ApprovalEffect(delay, at, within)


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """The calendars that a raw config names. They are the step's own, whatever policy it names."""
    yield from deadlines.reference(config.get("effect_after"), "config.effect_after")
    within = config.get("effect_within")
    if isinstance(within, str) and within.strip():
        yield Reference("config.effect_within", calendars.KIND, within.strip())


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 <= found.year <= 9000:
        said = _("“%(text)s” is no moment with an offset, such as 2026-12-01T09:00+01:00.", text=text[:40])
        raise StudioError(said, code="bad_moment", field="effect_at")
    return found
