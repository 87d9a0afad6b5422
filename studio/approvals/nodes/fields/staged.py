"""Whether other steps may ask further people about the same request."""

from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.approvals.nodes.fields.groups import ANSWERS
from studio.contract.node import NodeConfig, help_


class Staged(NodeConfig):
    """Whether it is settled once these people have agreed."""

    more_stages: bool = help_(
        "Go on at “approved” without settling it, so that a step “Further stage” can ask others about the same "
        "request. Where none does, it is approved once the run has ended well, and taken back where the run fails",
        title="Further stages may follow",
        default=False,
        group=ANSWERS,
    )

    @field_validator("more_stages")
    @classmethod
    def _at_once(cls, more: Any, info: ValidationInfo) -> Any:
        """A stage that may follow hears of the yes at once."""
        if more and any(info.data.get(name) for name in ("effect_after", "effect_at", "effect_within")):
            raise ValueError(_("A yes that takes effect later ends it: no further stage can follow. Choose one."))
        return more
