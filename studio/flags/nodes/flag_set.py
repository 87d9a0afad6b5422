"""A flag is switched by a run, together with its step."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from flask_babel import ngettext

from studio.contract import topics
from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, help_
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.flags import fields
from studio.flags.models import Flag, FlagEnvironment, FlagSegment
from studio.flags.outcomes import EnvironmentKind
from studio.flags.service import changing, finding, segments, switching
from studio.flags.service.sharing import largest_share

_LISTS = {"do": ["give", "take"]}


class FlagSet(fields.Protected):
    """Switch a feature flag: on, off, to a share, or for single customers and groups of them.

    Programs get it within seconds. Every switch is a version of the flag, which one click brings back; in production
    it is a protected action.
    """

    key = "flag.set"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Set a flag"
    icon = "flag"
    sample = {
        "flag": "new-checkout", "environment": "production", "changed": True, "enabled": True, "percent": 25.0,
        "version": 4, "segment": None,
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {
            "flag": {"type": "string"},
            "environment": {"type": "string"},
            "changed": {"type": "boolean"},
            "enabled": {"type": "boolean"},
            "percent": {"type": "number"},
            "version": {"type": "integer"},
            "segment": {"type": ["string", "null"]},
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        flag: str = fields.flag_field("Which flag is switched.")
        environment: str = fields.environment_field(
            "Where it is switched. Everywhere but in development a policy may ask for more first."
        )
        do: Literal["on", "off", "share", "give", "take"] = help_(
            "on: turn it on for those whom its rules mean. off: for everybody. share: move its rollout to a share. "
            "give, take: let some customers or groups in, or take them out again.",
            title="What to do", default="on", example="give",
        )  # fmt: skip
        share: float = help_(
            "Per cent of all that get it. Where it was off and had no rule, this turns it on; one that was turned off "
            "stays off.",
            title="Share", default=0, example=25, ge=0, le=100, show_if={"do": ["share"]},
        )  # fmt: skip
        strategy: str = help_(
            "Title of the rule that is meant, where the flag has several. Empty: the only one that fits.",
            title="Rule", default="", example="Beta", max_length=100, show_if={"do": ["share", "give", "take"]},
        )  # fmt: skip
        field: str = help_(
            "What programs tell of whoever asks, and the rule compares: userId, segment, country.",
            title="Field", default="userId", example="segment", min_length=1, max_length=100, show_if=_LISTS,
        )  # fmt: skip
        values: list[str] = help_(
            "Those that are let in or taken out.",
            title="Values", default=[], example=["{{ trigger.customer.segment }}"], template=True, max_length=200,
            show_if=_LISTS,
        )  # fmt: skip
        segment: str = help_(
            "A segment whose list is changed instead of the flag's own rule: every flag that names it follows. A flag "
            "that has no rule yet is turned on for the segment.",
            title="Segment", default="", example="Trusted customers", widget="flag-segment", max_length=100,
            show_if=_LISTS,
        )  # fmt: skip
        note: str = fields.note_field("Refund of {{ trigger.order.code }}")

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """The flag's change."""
        found = topics.topic("flag", config.get("flag"))
        return () if found is None else (found,)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        said = {
            "on": _("turn on"), "off": _("turn off"), "share": _("to %(share)s %%", share=config.get("share") or 0),
            "give": _("let in"), "take": _("take out"),
        }  # fmt: skip
        parts = (str(config.get("flag") or ""), said.get(str(config.get("do") or "on"), ""))
        return " · ".join(part for part in parts if part)

    @classmethod
    def percent_of(cls, config: Mapping[str, Any]) -> float:
        share = {"off": 0.0, "share": config.get("share") or 0.0}
        return float(share.get(str(config.get("do") or "on"), 100.0))

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        try:
            flag, place = fields.found(ctx, config.flag, config.environment)
            if refused := self.ungated(place, config.environment):
                return refused
            finding.lock(ctx.unit, flag)
            changed = _switch(ctx, config, flag, place)
        except (NotFound, InvalidInput, Conflict) as error:
            return Fail(error.code, error.message, field=error.field or "config.flag")
        held = changing.current(ctx.unit, flag, place)
        found = {
            "flag": flag.key, "environment": place.name, "changed": changed, "enabled": held.enabled,
            "percent": largest_share(held.state), "version": flag.version,
            "segment": config.segment or None,
        }  # fmt: skip
        return Done(found, note=_said(config, found, place))


def _said(config: FlagSet.Config, found: Mapping[str, Any], place: FlagEnvironment) -> str:
    """What is now, in one line: which flag gives what to whom."""
    names: dict[str, Any] = {"flag": found["flag"], "place": place.title}
    if not found["changed"]:
        return _("It was so already: %(now)s", now=_standing(found, names))
    if config.do not in ("give", "take"):
        return _standing(found, names)
    count = len({one.strip() for one in config.values if one.strip()})
    if config.do == "give":
        return str(ngettext("%(num)s value of %(field)s now has %(flag)s in %(place)s",
                            "%(num)s values of %(field)s now have %(flag)s in %(place)s",
                            count, field=config.field, **names))  # fmt: skip
    return str(ngettext("%(num)s value of %(field)s no longer has %(flag)s in %(place)s",
                        "%(num)s values of %(field)s no longer have %(flag)s in %(place)s",
                        count, field=config.field, **names))  # fmt: skip


def _standing(found: Mapping[str, Any], names: dict[str, Any]) -> str:
    if not found["enabled"]:
        return _("%(flag)s is off in %(place)s", **names)
    if found["percent"] >= 100:
        return _("%(flag)s is on in %(place)s", **names)
    return _("%(flag)s is on for %(share)s %% in %(place)s", share=f"{found['percent']:g}", **names)


def _switch(ctx: Context, config: FlagSet.Config, flag: Flag, place: FlagEnvironment) -> bool:
    """Whether anything is different after it."""
    note = config.note.strip()
    if config.do in ("on", "off"):
        return changing.turn(ctx.unit, flag, place, on=config.do == "on", note=note, gated=False) is not None
    held = changing.current(ctx.unit, flag, place)
    if config.do == "share":
        wanted = switching.to_share(held, config.share, config.strategy)
        return changing.change(ctx.unit, flag, place, wanted, note, gated=False) is not None
    values = [one.strip() for one in config.values if one.strip()]
    if not values:
        raise InvalidInput(_("There is nobody to let in or take out."), code="flag.no_values", field="config.values")
    if config.segment:
        return _segment(ctx, config, flag, place, values, note)
    wanted = (switching.give if config.do == "give" else switching.take)(held, config.field, values, config.strategy)
    return changing.change(ctx.unit, flag, place, wanted, note, gated=False) is not None


def _segment(
    ctx: Context, config: FlagSet.Config, flag: Flag, place: FlagEnvironment, values: list[str], note: str
) -> bool:
    row = segments.named(ctx.unit, config.segment)
    wanted = changing.current(ctx.unit, flag, place)
    if config.do == "give":
        wanted = switching.give_segment(wanted, row.number)
    if not any(row.number in (one.get("segments") or ()) for one in wanted.strategies):
        said = _("“%(flag)s” does not mean the segment “%(segment)s” there.", flag=flag.key, segment=row.name)
        raise InvalidInput(said, code="flag.segment_other", field="config.segment")
    _nobody_else(ctx, row, flag, place)
    alter = switching.give_constraints if config.do == "give" else switching.take_constraints
    constraints = alter(row.constraints, config.field, values)
    made = segments.change(
        ctx.unit, row, name=row.name, description=row.description, constraints=constraints, note=note, gated=False
    )
    turned = changing.change(ctx.unit, flag, place, wanted, note, gated=False)
    return made is not None or turned is not None


def _nobody_else(ctx: Context, row: FlagSegment, flag: Flag, place: FlagEnvironment) -> None:
    """A run's gate was about one flag: what is on in production by the same segment would change unasked."""
    uses = segments.used_by(ctx.unit, [row.number])[row.number]
    others = {
        use.flag.key
        for use in uses
        if use.setting.enabled
        and use.environment.kind == EnvironmentKind.PRODUCTION
        and (use.flag.id, use.environment.id) != (flag.id, place.id)
    }
    if others:
        names = ", ".join(sorted(others))
        said = _("“%(segment)s” is meant by %(flags)s in production as well, and nobody was asked about that. Use a "
                 "segment of its own.", segment=row.name, flags=names)  # fmt: skip
        raise Conflict(said, code="flag.segment_shared", field="config.segment")
