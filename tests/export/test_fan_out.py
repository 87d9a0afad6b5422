"""One pipeline to three destinations: each has its own place, and none waits for another."""

import json
from contextlib import ExitStack
from dataclasses import replace

import pytest

from studio.audit import following
from studio.export.outcomes import State
from tests.factories.exports import exporters_yaml
from tests.servers.hec import HecIntake
from tests.servers.http_target import http_target
from tests.servers.otlp import OtlpIntake


@pytest.fixture
def opened():
    with ExitStack() as stack:
        yield [stack.enter_context(http_target(kind)) for kind in (HecIntake, OtlpIntake)]


def test_one_that_fails_holds_no_other_up_and_catches_up_later(house, opened):
    splunk, otlp = opened
    fed = replace(house, inner=("127.0.0.1",))
    fed.configure(exporters_yaml(fed, splunk, otlp, files=True, batch={"max_items": 4}))
    fed.record(10)
    splunk.always(503)
    otlp.poison = {3}
    fed.delivery().drain()
    with fed.unit() as uow:
        head = following.head(uow)
        stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000)]
    row = {kind: fed.destination(kind) for kind in ("splunk_hec", "otlphttp", "file")}
    assert (row["splunk_hec"].cursor, row["splunk_hec"].state) == (0, State.RETRYING)
    assert {row["otlphttp"].cursor, row["file"].cursor} == {head}
    assert [(one.destination_id, one.seq) for one in fed.letters()] == [(row["otlphttp"].id, 3)]
    written = (fed.folder / str(fed.tenant.id) / "audit.jsonl").read_text().splitlines()
    assert [(event["seq"], event["id"]) for event in map(json.loads, written)] == stored
    assert list(dict.fromkeys(otlp.taken)) == [one for one in stored if one[0] != 3]
    splunk.always()
    fed.due_now("splunk_hec")
    fed.delivery().drain()
    assert splunk.taken == stored
