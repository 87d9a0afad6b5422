"""A receiver of OTLP over HTTP that reads requests into OpenTelemetry's own messages."""

import base64
import json
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest, ExportLogsServiceResponse
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord

from tests.servers.http_target import Answer, Request
from tests.servers.intakes import Intake, unpacked


class OtlpIntake(Intake):
    """Takes what it can of a request, and says of the rest how many they were, as the protocol has it."""

    kind = "otlphttp"

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.records: list[LogRecord] = []
        self.services: set[str] = set()

    def settings(self) -> dict[str, Any]:
        return {"endpoint": self.url,
                "headers": {"Authorization": {"secret": "${secret:signing}", "prefix": "Bearer "}}}  # fmt: skip

    def accept(self, request: Request) -> Answer:
        if request.path != "/v1/logs":
            return Answer(404)
        try:
            found = json_format.Parse(_base64(unpacked(request)), ExportLogsServiceRequest())
        except (json_format.ParseError, ValueError):
            return Answer(400)
        rejected = 0
        for resource in found.resource_logs:
            self.services |= {plain(pair.value) for pair in resource.resource.attributes if pair.key == "service.name"}
            for record in (record for scope in resource.scope_logs for record in scope.log_records):
                facts = attributes(record)
                if facts["studio.seq"] in self.poison:
                    rejected += 1
                    continue
                self.records.append(record)
                self.taken.append((facts["studio.seq"], facts["log.record.uid"]))
        answer = ExportLogsServiceResponse()
        if rejected:
            answer.partial_success.rejected_log_records = rejected
            answer.partial_success.error_message = "not this one"
        return Answer(body=json_format.MessageToJson(answer).encode())


def attributes(record: LogRecord) -> dict[str, Any]:
    return {pair.key: plain(pair.value) for pair in record.attributes}


def plain(value: AnyValue) -> Any:
    """An AnyValue as Python has it."""
    match value.WhichOneof("value"):
        case "kvlist_value":
            return {pair.key: plain(pair.value) for pair in value.kvlist_value.values}
        case "array_value":
            return [plain(one) for one in value.array_value.values]
        case None:
            return None
        case name:
            return getattr(value, name)


def _base64(body: bytes) -> str:
    """OTLP writes ids of traces in hexadecimal, Protobuf's JSON reads base64."""

    def mend(found: dict[str, Any]) -> dict[str, Any]:
        for name in ("traceId", "spanId"):
            if name in found:
                found[name] = base64.b64encode(bytes.fromhex(found[name])).decode()
        return found

    return json.dumps(json.loads(body, object_hook=mend))
