"""Splunk: acknowledgement, codes, and an indexer that forgets."""

import json
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

import pytest

from studio.audit import following
from studio.export.outcomes import State
from tests.factories.exports import exporters_yaml
from tests.servers.hec import HecIntake
from tests.servers.http_target import http_target
from tests.servers.intakes import unpacked

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
KIND = "splunk_hec"


@contextmanager
def splunk(house, **more):
    with http_target(HecIntake) as intake:
        fed = replace(house, inner=("127.0.0.1",))
        fed.configure(exporters_yaml(fed, intake, **more))
        fed.record(4)
        yield fed, intake


def test_the_cursor_moves_when_the_batch_is_indexed_and_not_before(house):
    with splunk(house) as (fed, intake):
        intake.slow, cursors = 2, []
        accept = intake.accept

        def watching(request):
            cursors.append((request.path, fed.destination(KIND).cursor))
            return accept(request)

        intake.accept = watching
        settled = fed.delivery().drain()
        assert cursors == [("/services/collector/event", 0), *[("/services/collector/ack", 0)] * 3]
        assert fed.destination(KIND).cursor == settled == len(intake.taken)
        request = intake.requests[0]
        assert UUID(request.headers["x-splunk-request-channel"]) == fed.destination(KIND).id
        first = json.JSONDecoder().raw_decode(unpacked(request).decode())[0]
        assert first["sourcetype"] == "studio:audit"
        assert first["event"]["id"] == first["fields"]["event_id"]
        assert first["time"] == pytest.approx(fed.destination(KIND).created_at.timestamp(), abs=60)


def test_what_is_never_acknowledged_is_sent_again_under_the_same_ids(house):
    with splunk(house, ack_timeout="1s") as (fed, intake):
        intake.forgets = 1
        fed.delivery().drain()
        row = fed.destination(KIND)
        assert (row.state, row.last_code, row.cursor) == (State.RETRYING, "splunk.not_acknowledged", 0)
        fed.due_now(KIND)
        fed.delivery().drain()
        given = [unpacked(one) for one in intake.requests if one.path.endswith("/event")]
        assert given[0] == given[1]
        with fed.unit() as uow:
            stored = [(event["seq"], event["id"]) for event in following.events_after(uow, 0, 1_000)]
        assert intake.taken == stored


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [(400, 7, State.HELD), (400, 10, State.HELD), (400, 14, State.HELD), (403, 4, State.HELD), (503, 9, State.RETRYING),
     (500, 8, State.RETRYING)],
)  # fmt: skip
def test_splunks_own_code_decides(house, status, code, state):
    with splunk(house) as (fed, intake):
        intake.answer(status, json_body={"text": "no", "code": code})
        fed.delivery().drain()
        row = fed.destination(KIND)
        assert (row.state, row.last_code, row.cursor) == (state, f"splunk.{code}", 0)
        assert not fed.letters()


def test_a_token_without_acknowledgement_is_told_so_and_may_do_without(house):
    with http_target(HecIntake) as intake:
        fed = replace(house, inner=("127.0.0.1",))
        text = exporters_yaml(fed, intake)
        intake.acknowledges = False
        fed.configure(text)
        fed.delivery().drain()
        row = fed.destination(KIND)
        assert (row.state, row.last_code, row.cursor) == (State.HELD, "splunk.no_acknowledgement", 0)
        fed.configure(text.replace("acknowledgement: true", "acknowledgement: false"))
        intake.taken.clear()
        fed.delivery().drain()
        assert len(intake.taken) == fed.destination(KIND).cursor > 0
