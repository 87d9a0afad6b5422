"""The intake of each kind of exporter that speaks HTTP."""

from tests.servers.datadog import DatadogIntake
from tests.servers.hec import HecIntake
from tests.servers.intakes import S3Intake, WebhookIntake
from tests.servers.otlp import OtlpIntake

INTAKES = {one.kind: one for one in (WebhookIntake, HecIntake, OtlpIntake, DatadogIntake, S3Intake)}
