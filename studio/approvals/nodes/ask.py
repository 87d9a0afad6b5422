"""Ask people and go on at once; a later step waits for what they say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from flask_babel import gettext as _

from studio.approvals import deadlines
from studio.approvals.askers import ASK, LATER
from studio.approvals.nodes import by_matrix, deciders, governed, naming
from studio.approvals.nodes.fields import effecting
from studio.approvals.nodes.request import Asking, asked
from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeType
from studio.contract.references import Reference
from studio.core.errors import StudioError


class AskApproval(NodeType):
    """Ask people to decide, and go on without waiting: for several at once, until a step waits for all of them.

    What nobody waits for when the run ends is taken back.
    """

    key = ASK
    kind = Kind.APPROVAL
    effect = Effect.LOCAL
    title = "Ask and go on"
    icon = "approval"
    sample: ClassVar[Any] = {"request_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11", "title": "Refund €420.00"}
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"request_id": {"type": "string"}, "title": {"type": "string"}},
    }

    class Config(Asking):
        """What is asked, of whom, until when."""

    @classmethod
    def lasts(cls, config: Mapping[str, Any]) -> bool:
        """Nobody may ever wait for it."""
        del config
        return True

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What people decide is an event."""
        del config
        return ("approval.decided",)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Who is asked."""
        return deciders.words(config)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """The policy that it names, or the people and the calendars of its deadline; and what its escalation names."""
        own = (*governed.references(config), *by_matrix.references(config), *deciders.references(config))
        own = (*own, *deadlines.references(config))
        return (*own, *naming.references(config), *effecting.references(config))

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """Open the request; nothing in the run waits for it yet."""
        try:
            ref = {"run_id": str(ctx.run.id), "workflow_id": str(ctx.run.workflow_id), "node": ctx.node}
            request_id, ask = by_matrix.opened(
                ctx, config, lambda one: replace(asked(ctx, one), asker=LATER, ref=ref | {"path": ctx.path})
            )
        except StudioError as error:
            return governed.failed(ctx, error, config)
        output = {"request_id": str(request_id), "title": ask.title}
        return Done(output, note=_("Asked, and went on: %(title)s", title=ask.title))
