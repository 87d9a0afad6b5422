"""What steps and triggers of flags share: the fields that name a flag and where it holds, and what comes of them."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract.node import Context, Fail, NodeType, help_
from studio.contract.references import Reference
from studio.core.i18n import gettext as _
from studio.flags import naming
from studio.flags.models import Flag, FlagEnvironment
from studio.flags.outcomes import EnvironmentKind
from studio.flags.service import finding, gating

_DEVELOPMENT = "development"
"""Made with the first flag and never production: steps there are free of gates."""


def flag_field(text: str, *, required: bool = True) -> Any:
    """Which flag. `required`: False where an empty one means any."""
    bounds: dict[str, Any] = {"min_length": 1} if required else {"default": ""}
    return help_(text, title="Flag", example="new-checkout", widget="flag", max_length=100, **bounds)


def environment_field(text: str, *, required: bool = True) -> Any:
    """Where it holds. `required`: False where an empty one means any."""
    if not required:
        return help_(
            text, title="Environment", default="", example="production", widget="flag-environment", max_length=60
        )
    return help_(
        text, title="Environment", default="production", example="development", widget="flag-environment",
        min_length=1, max_length=60,
    )  # fmt: skip


def note_field(example: str) -> Any:
    """Why, for people."""
    return help_(
        "Why, for whoever reads the flag's history.",
        title="Note", default="", example=example, template=True, max_length=500,
    )  # fmt: skip


def found(ctx: Context, flag: str, environment: str) -> tuple[Flag, FlagEnvironment]:
    """What a step names. Raises NotFound."""
    return finding.flag(ctx.unit, flag), finding.environment(ctx.unit, environment)


class Protected(NodeType, abstract=True):
    """A step that changes what real customers get, so everywhere but in development policies may ask for more first."""

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """What it names."""
        return naming.references(config)

    @classmethod
    def protects_of(cls, config: Mapping[str, Any]) -> str | None:
        """The one target of flags."""
        return None if config.get("environment") == _DEVELOPMENT else gating.TARGET

    @classmethod
    def facts_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """Which flag, where, and the largest share that has it after the step."""
        return {
            "flag": config.get("flag") or "", "environment": config.get("environment") or "production",
            "percent": cls.percent_of(config),
        }  # fmt: skip

    @classmethod
    def percent_of(cls, config: Mapping[str, Any]) -> float:
        """Per cent that may have it after the step, by one resolved config."""
        raise NotImplementedError

    @staticmethod
    def ungated(place: FlagEnvironment, named: str) -> Fail | None:
        """Why it must not go on: production under the one name that is never asked about."""
        if place.kind == EnvironmentKind.PRODUCTION and named == _DEVELOPMENT:
            return Fail("guard.required", _("This is protected, and no gate was asked. Nothing was done."))
        return None
