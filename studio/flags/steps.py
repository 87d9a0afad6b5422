"""A rollout as a step's form has it, and as the plan that it means. Pure, but for the names of segments."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import ValidationError

from studio.contract.node import NodeConfig, help_
from studio.contract.references import Missing, Reference
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork
from studio.flags import fields, naming
from studio.flags.ramps import checking
from studio.flags.ramps.checking import LONGEST, MOST_GUARDRAILS, MOST_STEPS, MOST_UNITS
from studio.flags.rollouts import rows
from studio.flags.rollouts.planning import Wanted
from studio.flags.service import segments
from studio.flags.statistics.comparing import MINIMUM_UNITS

PEOPLE = marked("Who takes part")
TROUBLE = marked("When something is wrong")
"""Headings of its form."""

_DAY = 86_400
_BEGIN = {"do": ["start"]}
_USUAL = [{"share": share, "minimum": 100 if share <= 50 else 0} for share in (1, 5, 10, 25, 50, 100)]
_PATHS = {"dwell": "dwell_s", "grace": "grace_s"}
"""Names of a plan, where the form's are others."""


class Share(NodeConfig):
    """One step: a share, and what has to be there before it goes on."""

    share: float = help_("Per cent of those whom it means, in whole ones.", title="Share", example=10, gt=0, le=100)
    dwell_s: int = help_(
        "How long it stays at this share; pauses and holds do not count.",
        title="Stays for", default=_DAY, example=_DAY, widget="duration", ge=0, le=LONGEST,
    )  # fmt: skip
    minimum: int = help_(
        "How many people have to be seen in each group; only where groups are compared.",
        title="People a group", default=0, example=100, ge=0, le=MOST_UNITS,
    )  # fmt: skip
    approval: bool = help_(
        "Whether somebody has to agree before it goes on from this share.",
        title="Ask before going on", default=False, example=True,
    )  # fmt: skip


class Rail(NodeConfig):
    """A metric that must not get worse by more than it may."""

    metric: str = help_(
        "What programs report by this key.", title="Metric", example="errors", widget="flag-metric", min_length=1,
        max_length=60,
    )  # fmt: skip
    worse: Literal["up", "down"] = help_(
        "Which way it gets worse: up for errors, down for orders.", title="Worse is", default="up", example="up"
    )
    tolerance: float = help_(
        "By how much it may get worse; it is broken where the whole interval lies beyond. Of shares of people in parts "
        "of 1: 0.01 is one point.",
        title="May be worse by", default=0, example=0.01, ge=0,
    )  # fmt: skip
    change: Literal["absolute", "relative"] = help_(
        "absolute: in the metric's unit. relative: in parts of what those without it have; 0.1 is 10 %.",
        title="Counted", default="absolute", example="absolute",
    )  # fmt: skip
    minimum: int = help_(
        "People a group before it is judged, and before the rollout goes on.",
        title="People a group", default=MINIMUM_UNITS, example=MINIMUM_UNITS, ge=2, le=MOST_UNITS,
    )  # fmt: skip
    on_breach: Literal["roll_back", "hold"] = help_(
        "What is done where it is broken.", title="Where it breaks", default="roll_back", example="hold"
    )


class Rolling(NodeConfig):
    """What a step does with a rollout."""

    flag: str = fields.flag_field("Which flag is given to more and more people.")
    environment: str = fields.environment_field(
        "Where. Everywhere but in development a policy may ask for more first, once for the whole plan."
    )
    do: Literal["start", "resume", "roll_back"] = help_(
        "start: plan one, begin it, and wait for its end. resume: take up the one that is open, begin it or let it go "
        "on, and wait for its end. roll_back: take the open one back at once.",
        title="What to do", default="start", example="start",
    )  # fmt: skip
    steps: list[Share] = help_(
        "Shares of people, each higher than the one before.",
        title="Steps", default=_USUAL, validate_default=True, min_length=1, max_length=MOST_STEPS, show_if=_BEGIN,
    )  # fmt: skip
    control: bool = help_(
        "Compare with a group of the same size that does not have it, at shares of up to half. Guardrails and numbers "
        "of people need it.",
        title="Compare with a group", default=True, example=True, show_if=_BEGIN,
    )  # fmt: skip
    guardrails: list[Rail] = help_(
        "What must not get worse.",
        title="Guardrails", default=[], max_length=MOST_GUARDRAILS, show_if=_BEGIN,
    )  # fmt: skip
    approvers: list[str] = help_(
        "Who is asked at steps that ask before they go on. Any one of them decides.",
        title="Who is asked", default=[], example=["group:Product team"], widget="people", max_length=50,
        show_if=_BEGIN,
    )  # fmt: skip
    stickiness: str = help_(
        "What your shop's code tells of whoever asks, and by which people keep their side.",
        title="Keeps its side by", default="userId", example="userId", min_length=1, max_length=60, show_if=_BEGIN,
        group=PEOPLE,
    )  # fmt: skip
    segments: list[str] = help_(
        "Only people whom all of these segments mean. Empty: everybody.",
        title="Segments", default=[], example=["Trusted customers"], max_length=20, show_if=_BEGIN,
        group=PEOPLE,
    )  # fmt: skip
    on_mismatch: Literal["hold", "roll_back", "warn"] = help_(
        "What is done where the two groups do not have the sizes that they should have.",
        title="Where people are lost", default="hold", example="hold", show_if=_BEGIN,
        group=TROUBLE,
    )  # fmt: skip
    on_no_traffic: Literal["hold", "ignore"] = help_(
        "What is done where nobody is seen for a while.",
        title="Where nobody is seen", default="hold", example="hold", show_if=_BEGIN,
        group=TROUBLE,
    )  # fmt: skip
    grace_s: int = help_(
        "How long nobody may be seen.",
        title="Nobody seen for", default=_DAY, example=_DAY, widget="duration", ge=60, le=LONGEST,
        show_if={"do": ["start"], "on_no_traffic": ["hold"]},
        group=TROUBLE,
    )  # fmt: skip
    held_for_s: int = help_(
        "How long it may be held before the run goes on behind “held”; it stays held. 0: at once.",
        title="Held for at most", default=0, example=3_600, widget="duration", ge=0, le=LONGEST,
        show_if={"do": ["start", "resume"]},
        group=TROUBLE,
    )  # fmt: skip
    note: str = fields.note_field("Release {{ trigger.release }}")


def plan(config: Rolling) -> dict[str, Any]:
    """As ramps.plan.Plan reads it."""
    return {
        "steps": [
            {"share": one.share, "dwell": one.dwell_s, "minimum": one.minimum, "approval": one.approval}
            for one in config.steps
        ],
        "control": config.control, "guardrails": [one.model_dump() for one in config.guardrails],
        "on_mismatch": config.on_mismatch, "on_no_traffic": config.on_no_traffic, "grace": config.grace_s,
    }  # fmt: skip


def wanted(uow: UnitOfWork, config: Rolling) -> Wanted:
    """What the service plans. Raises NotFound for a segment that is not there."""
    numbers = [_segment(uow, name, f"segments.{place}") for place, name in enumerate(config.segments)]
    return Wanted(plan(config), config.stickiness, (), numbers, config.approvers)


def _segment(uow: UnitOfWork, name: str, field: str) -> int:
    try:
        return segments.named(uow, name).number
    except NotFound as gone:
        raise NotFound(gone.message, code="flag.segment_unknown", field=field) from None


def where(path: str | None) -> str:
    """The path of the form for one of a plan; what is no field of it is about the flag."""
    parts = [_PATHS.get(part, part) for part in (path or "").split(".")]
    return ".".join(["config", *parts]) if parts[0] in Rolling.model_fields else "config.flag"


def references(config: Mapping[str, Any]) -> Iterator[Reference]:
    """What a raw config names, which may be half-written; behind what its `do` does not show nothing counts."""
    yield from naming.references(config)
    if config.get("do", "start") != "start":
        return
    yield from naming.people(config.get("approvers"), "config.approvers")
    for place, name in enumerate(_texts(config.get("segments"))):
        yield Reference(f"config.segments.{place}", naming.SEGMENT, name)
    rails = config.get("guardrails")
    for place, rail in enumerate(rails if isinstance(rails, list) else ()):
        if isinstance(rail, Mapping) and isinstance(rail.get("metric"), str) and rail["metric"]:
            yield Reference(f"config.guardrails.{place}.metric", naming.METRIC, rail["metric"])


def unfit(_uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> Iterable[tuple[str, Missing]]:
    """Why a plan cannot be walked, for whoever publishes it: each problem where it stands in the form."""
    if node_type != "flag.rollout" or config.get("do", "start") != "start":
        return
    try:
        read = Rolling.model_validate(config)
    except ValidationError:
        return  # each field's own check says so
    try:
        checking.read(plan(read), buckets=rows.BUCKETS)
    except InvalidInput as refused:
        for one in refused.problems:
            yield where(one.path), Missing(one.code, one.message)
    if any(one.approval for one in read.steps) and not read.approvers:
        yield "config.approvers", Missing("rollout.approvers", _("A step needs somebody to agree: say who is asked."))


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str) and one] if isinstance(value, list) else []
