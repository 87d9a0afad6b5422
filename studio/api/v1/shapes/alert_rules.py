"""Rules of alerts."""

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.oversight.alerts.rules import Rule


class NamedAlertRule(Body):
    """One rule."""

    name: str = Field(max_length=80, description="Unlike those of the others.", examples=["At night"])
    enabled: bool = Field(True, description="False: it is passed over.")
    rule: Rule


class AlertRules(Body):
    """All rules of the workspace, in the order in which they are tried."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": [{
        "name": "At night", "enabled": True,
        "rule": {
            "kinds": ["workflow.failing"], "whom": ["owner"],
            "levels": [{"after": {"amount": 15, "unit": "minutes"}, "targets": ["owner"]}],
            "quiet": {"zone": "Europe/Berlin", "from": "22:00", "until": "07:00"},
        },
    }]}]})  # fmt: skip

    rules: list[NamedAlertRule] = Field(max_length=50)
