"""A delivery's way to its last step, as a receiver of OTLP over HTTP hears of it from the process that did it."""

from dataclasses import replace
from uuid import UUID

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from studio.core import clock
from studio.core.claims import Job
from studio.core.http import HttpClient, HttpRequest
from studio.core.ids import new_id
from studio.core.settings import SettingsError, load
from studio.core.tracing import Traced, Tracing
from studio.runtime.engine.execution.spans import Spans
from studio.runtime.models import Run, Step
from studio.runtime.service import subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds
from tests.fixtures.app import close_app, open_app

SENDER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def document(url):
    """A condition in memory, a call out, and what fails after it."""
    raw = refunds()
    raw["nodes"][2]["config"] |= {"url": url + "/refunds"}
    raw["nodes"][2].pop("retry")
    broken = {"fields": [{"name": "a", "value": "trigger.nothing"}]}
    raw["nodes"].append({"key": "broken", "type": "data.set", "name": "Broken", "config": broken})
    raw["edges"].append({"from": "call", "port": "next", "to": "broken"})
    return raw


def spans_of(target):
    """Every span that has arrived, by its name, with the services that sent them."""
    found, services = {}, set()
    for request in target.requests:
        if request.path != "/v1/traces":
            continue
        sent = ExportTraceServiceRequest.FromString(request.body)
        for resource in sent.resource_spans:
            services |= {pair.value.string_value for pair in resource.resource.attributes if pair.key == "service.name"}
            found |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    return found, services


def facts(span):
    return {pair.key: pair.value.string_value or pair.value.int_value for pair in span.attributes}


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_one_trace_leads_from_the_webhook_to_every_step(store_settings, mailer, http_target, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", http_target.url)
    allowed = (f"127.0.0.1:{http_target.port}",)
    app = open_app(replace(store_settings, traces=True, allowed_hosts=allowed), mailer)
    try:
        engine, database = app.extensions["studio_engine"], app.extensions["studio_database"]
        tenant = make_tenant(database)
        workflow_id = make_workflow(app, tenant, document(http_target.url), published=True)
        with database.unit(tenant.id) as unit:
            [row] = subscriptions.of_workflow(unit, workflow_id)
            path = "/hooks/" + subscriptions.address(app.extensions["studio_keyring"], row)
        order = {"order": {"id": "6021", "total": 420.0, "customer": {"name": "Anna Keller"}}}
        answer = app.test_client().post(path, json=order, headers={"traceparent": SENDER})
        run_id = UUID(answer.json["run_id"])
        for lane in ("main", "effect", "main"):
            engine.executor.drain(lane)
        with database.unit(tenant.id, read_only=True) as unit:
            assert unit.session.scalar(select(Run.state).where(Run.id == run_id)) == "failed"
            steps = {step.type: step for step in unit.session.scalars(select(Step).where(Step.run_id == run_id))}
    finally:
        close_app(app)
    spans, services = spans_of(http_target)
    assert services == {"studio"}
    assert set(spans) == {"webhook", "run", *steps}
    assert {span.trace_id for span in spans.values()} == {run_id.bytes}
    root = spans["run"]
    assert (root.parent_span_id, root.span_id) == (b"", run_id.bytes[8:])
    assert {span.parent_span_id for name, span in spans.items() if name != "run"} == {root.span_id}
    assert len({span.span_id for span in spans.values()}) == len(spans)
    assert [link.trace_id.hex() for link in spans["webhook"].links] == [SENDER.split("-")[1]]
    for name, step in steps.items():
        told = facts(spans[name])
        assert (told["studio.step"], told["studio.state"]) == (step.node_key, step.state)
        assert spans[name].end_time_unix_nano >= spans[name].start_time_unix_nano
    assert spans["data.set"].status.code == 2  # Error
    assert spans["action.http"].status.code == 0
    called = next(request for request in http_target.requests if request.path == "/refunds")
    assert called.headers["traceparent"] == f"00-{run_id.hex}-{spans['action.http'].span_id.hex()}-01"
    assert b"Keller" not in b"".join(request.body for request in http_target.requests if "traces" in request.path)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_calls_say_which_step_they_come_from_while_it_calls_and_where_nobody_else_says_it(http_target, share):
    tracing, client = Tracing(InMemorySpanExporter, share), HttpClient(["127.0.0.1"])
    run_id, step_id = new_id(), new_id()
    own, signed = {"Traceparent": SENDER}, {"Authorization": "AWS4 SignedHeaders=host;x-amz-date, Signature=0"}
    client.send(HttpRequest("GET", http_target.url))
    with tracing.calling(run_id, step_id):
        client.send(HttpRequest("GET", http_target.url, own))
        client.send(HttpRequest("GET", http_target.url, signed))
    client.send(HttpRequest("GET", http_target.url))
    flags = "01" if share else "00"
    ours = f"00-{run_id.hex}-{step_id.hex[16:]}-{flags}"
    assert [one.headers.get("traceparent") for one in http_target.requests] == [None, SENDER, ours, None]
    assert http_target.requests[2].headers["authorization"] == signed["Authorization"]


def test_answers_and_jobs_are_in_the_trace_of_their_run_or_in_one_of_their_own(database):
    kept, run_id, failed = InMemorySpanExporter(), new_id(), Job(new_id(), new_id(), "mail", "k", {}, 2, 15, None)
    tracing, now = Tracing(lambda: kept), clock.local_now()
    spans = Spans(tracing)
    workspace_id = make_tenant(database).id
    with database.unit(workspace_id) as unit:
        spans.answered(unit, run_id)

    def undone():
        with database.unit(workspace_id) as unit:
            spans.answered(unit, run_id)
            raise LookupError

    with pytest.raises(LookupError):
        undone()
    spans.job(replace(failed, topic="run.aside", payload={"run_id": str(run_id)}), "done", now)
    spans.job(failed, "failed", now)
    tracing.stop()
    answer, aside, mail = kept.get_finished_spans()
    assert [one.name for one in (answer, aside, mail)] == ["approval.answer", "outbox.run.aside", "outbox.mail"]
    assert [one.context.trace_id == run_id.int for one in (answer, aside, mail)] == [True, True, False]
    assert answer.parent.span_id == aside.parent.span_id == run_id.int & (1 << 64) - 1
    assert (mail.parent, mail.status.description, mail.attributes["studio.attempt"]) == (None, "failed", 2)


def test_a_share_of_runs_is_sent_each_whole():
    kept = InMemorySpanExporter()
    tracing, now = Tracing(lambda: kept, 0.25), clock.local_now()
    runs = [new_id() for _ in range(2_000)]
    for run_id in runs:
        tracing.send(Traced(run_id, new_id(), "step", now, now, {}))
        tracing.send(Traced(run_id, None, "run", now, now, {}, sender="nonsense"))
    tracing.stop()
    found = kept.get_finished_spans()
    traces = {span.context.trace_id for span in found}
    assert len(found) == 2 * len(traces)
    assert 0.18 < len(traces) / len(runs) < 0.32
    assert not any(span.links for span in found)


@pytest.mark.parametrize(
    ("said", "traces"),
    [
        ({}, False), ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)  # fmt: skip
def test_traces_are_sent_where_an_address_is_set(said, traces):
    assert load(said).traces is traces
    with pytest.raises(SettingsError, match="0 to 1"):
        load(said | {"OTEL_TRACES_SAMPLER_ARG": "2"})
