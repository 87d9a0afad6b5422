"""Protected actions, their policies, and the settings behind them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue

from studio.api.v1.reading import Body, Moment
from studio.api.v1.shapes.common import Id, Shape

_RULE: dict[str, JsonValue] = {"above": "200", "approvals": [{"approvers": ["user:jonas@example.com"], "count": 1}]}


class OwnAction(Shape):
    """Which steps the workspace protects itself."""

    id: Id
    node_type: str = Field(examples=["action.http"])
    condition: str = Field(description="Over `config`, the step's settings as it runs. Empty: all steps of the type.")


class ProtectedAction(Shape):
    """One protected action."""

    key: str = Field(examples=["refund.make"])
    title: str
    description: str
    facts: list[str] = Field(description="What conditions may read, by name.")
    own: OwnAction | None = Field(description="Of the workspace's own: which steps. Null: Studio's.")


class ProtectedActionSave(Body):
    """Steps that the workspace protects itself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Payouts to suppliers",
                    "node_type": "action.http",
                    "condition": "config.url.startsWith('https://psp.example.com/')",
                }
            ]
        }
    )

    title: str = Field(min_length=1, max_length=80)
    node_type: str = Field(min_length=1, max_length=80)
    condition: str = Field("", max_length=2_000)


class ProtectionPolicyView(Shape):
    """What a protected action asks for, and when."""

    id: Id
    target: str = Field(examples=["refund.make"])
    name: str
    version: int = Field(description="Grows with each edit, from 1.")
    rule: dict[str, Any]
    changed_at: datetime
    changed_by: str


class ProtectionPolicySave(Body):
    """A policy as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"target": "refund.make", "name": "Large refunds", "rule": _RULE}]}
    )

    target: str = Field(min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=80)
    rule: dict[str, Any] = Field(
        description="`above`, `condition`, `approvals` (`approvers`, `count`), `asker_decides`, `step_up` (`strength`, "
        "`max_age_s`), `freezes` (`name`, `starts_at`, `ends_at`)."
    )
    version: int | None = Field(None, ge=1, description="The version that was edited. None: any.")


class ProtectedSettingView(Shape):
    """A setting that money depends on, as it holds."""

    kind: str = Field(examples=["refund_limit"])
    version: int = Field(description="0: it was never set.")
    value: dict[str, Any] | None
    changed_at: datetime | None
    changed_by: str | None


class ProtectedSettingSave(Body):
    """The setting as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"value": {"single": "250.00", "daily": "2000.00", "currency": "EUR"}, "version": 0}]
        }
    )

    value: dict[str, Any]
    version: int = Field(ge=0, description="The version that was edited; 0 where it was never set.")


class FreezePlan(Body):
    """A time in which kinds of changes are frozen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Black Friday", "starts_at": "2026-11-27T00:00:00Z", "ends_at": "2026-11-30T00:00:00Z",
                    "kinds": ["publish", "flags"],
                }
            ]
        }
    )  # fmt: skip

    name: str = Field(min_length=1, max_length=80)
    starts_at: Moment
    ends_at: Moment = Field(description="92 days after its start at most.")
    kinds: list[Annotated[str, Field(max_length=40)]] = Field(
        max_length=10, description="Of `publish`, `flags`, `connections`, `settings`."
    )


class FreezeView(Shape):
    """One action that is frozen for a time."""

    id: Id = Field(description="The policy's id.")
    target: str = Field(examples=["workflow.publish"])
    name: str
    starts_at: datetime
    ends_at: datetime
    state: Literal["planned", "now", "over"]


class FreezeException(Body):
    """Why one act must happen in a freeze, as its refusal named it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"target": "workflow.publish", "payload_hash": "0" * 64, "name": "Black Friday", "reason": "A defect"}
            ]
        }
    )

    target: str = Field(min_length=1, max_length=80)
    payload_hash: str = Field(pattern="^[0-9a-f]{64}$")
    name: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=1, max_length=2_000)
