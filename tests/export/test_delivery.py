"""From the trail to a server, on both databases: in order, at least once, never dropped."""

import gzip
import json

import pytest
from sqlalchemy import select

from studio.audit.models import AuditEvent
from studio.core import faults
from studio.core.errors import InvalidInput
from studio.core.signatures import verify
from studio.export.outcomes import State
from studio.export.service import configs, destinations
from studio.export.service.configs import Door
from tests.factories.exports import SIGNING, webhook_yaml
from tests.servers.http_target import Answer


def sequence(target):
    """Numbers of all events that came, in the order they came."""
    return [event["seq"] for request in target.requests for event in request.json()]


def test_events_arrive_signed_in_order_and_once(siem, http_target):
    siem.record(3)
    siem.configure(webhook_yaml(http_target, start="beginning", extra="    batch: {max_items: 2}"))
    delivery = siem.delivery()
    assert delivery.is_due()
    settled = delivery.drain()
    assert not delivery.is_due()
    assert delivery.drain() == 0
    assert sequence(http_target) == list(range(1, settled + 1))
    request = http_target.requests[0]
    assert len(request.json()) == 2
    with siem.unit() as uow:
        told = verify("standard-webhooks", request.headers, request.body, [SIGNING], now=uow.now)
    row = siem.destination("webhook/siem")
    assert told.delivery_id == f"{row.id}.1-2" == request.headers["idempotency-key"]
    assert (row.cursor, row.delivered, row.state) == (settled, settled, State.ACTIVE)
    event = request.json()[0]
    assert event["actor"]["name"] == siem.tenant["admin"].name  # what lies beside the chain stands in its place


def test_a_new_destination_begins_now_unless_said_and_one_that_comes_back_goes_on(siem, http_target):
    siem.record(3)
    siem.configure(webhook_yaml(http_target))
    siem.record(1)
    siem.delivery().drain()
    first = sequence(http_target)
    assert first[0] > 3
    elsewhere = webhook_yaml(http_target).replace("webhook/siem", "webhook/other")
    siem.configure(elsewhere)
    assert siem.destination("webhook/siem").state == State.REMOVED
    siem.record(1)
    siem.configure(webhook_yaml(http_target))
    http_target.clear()
    siem.delivery().drain()
    assert sequence(http_target)[0] == first[-1] + 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_an_outage_waits_as_asked_and_then_goes_on(siem, http_target):
    siem.configure(webhook_yaml(http_target, start="beginning"))
    http_target.answer(503, headers={"Retry-After": "120"})
    siem.delivery().drain()
    row = siem.destination("webhook/siem")
    assert (row.state, row.attempts, row.cursor, row.last_code) == (State.RETRYING, 1, 0, "http.503")
    with siem.unit() as uow:
        assert 118 <= (row.due_at - uow.now).total_seconds() <= 126
    assert not siem.delivery().is_due()
    siem.due_now("webhook/siem")
    http_target.answer(reset=True)
    siem.delivery().drain()
    assert siem.destination("webhook/siem").attempts == 2
    siem.due_now("webhook/siem")
    siem.delivery().drain()
    row = siem.destination("webhook/siem")
    assert (row.state, row.attempts, row.last_error, row.failed_at) == (State.ACTIVE, 0, None, None)
    first, second, third = http_target.requests
    assert [event["id"] for event in first.json()] == [event["id"] for event in second.json()]
    assert first.json() == third.json()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_poisonous_event_is_put_aside_and_all_others_pass(siem, http_target):
    siem.record(40)

    def take(request):
        http_target.requests.append(request)
        poisoned = any(event["metadata"].get("checked") == 17 for event in request.json())
        return Answer(422 if poisoned else 200)

    http_target.take = take
    siem.configure(webhook_yaml(http_target, start="beginning"))
    siem.delivery().drain()
    [letter] = siem.letters()
    assert (letter.code, letter.state) == ("http.422", "dead")
    taken = [event["seq"] for request in http_target.requests if len(request.json()) for event in request.json()]
    row = siem.destination("webhook/siem")
    with siem.unit() as uow:
        [standing] = destinations.standings(uow)
    assert (standing.lag, standing.letters) == (0, 1)
    assert row.delivered == row.cursor - 1
    assert letter.seq in taken

    del http_target.take
    http_target.clear()
    with siem.unit() as uow:
        assert destinations.retry_letters(uow, row.id) == 1
    siem.delivery().drain()
    assert sequence(http_target)[0] == letter.seq
    assert [one.state for one in siem.letters()] == ["delivered"]
    assert siem.destination("webhook/siem").letters_queued == 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_destination_that_refuses_everything_is_held_before_all_is_put_aside(siem, http_target):
    siem.record(60)
    http_target.always(400)
    siem.configure(webhook_yaml(http_target, start="beginning"))
    siem.delivery().drain()
    row = siem.destination("webhook/siem")
    assert (row.state, row.last_code) == (State.HELD, "export.refuses_everything")
    assert len(siem.letters()) == 20


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("status", [401, 404, 302])
def test_a_wrong_setting_holds_and_keeps(siem, http_target, status):
    siem.configure(webhook_yaml(http_target, start="beginning"))
    http_target.answer(status)
    siem.delivery().drain()
    row = siem.destination("webhook/siem")
    assert (row.state, row.cursor, row.last_code) == (State.HELD, 0, f"http.{status}")
    assert not siem.delivery().is_due()
    with siem.unit() as uow:
        held = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.held")).one()
        assert json.loads(held.body)["metadata"]["code"] == f"http.{status}"
        destinations.resume(uow, row.id)
    siem.delivery().drain()
    assert sequence(http_target)[-1] == siem.destination("webhook/siem").cursor


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_two_workers_never_supply_one_destination_at_once(siem, http_target):
    siem.configure(webhook_yaml(http_target, start="beginning"))
    row = siem.destination("webhook/siem")
    rival = siem.delivery("rival")
    assert rival.leases.take(f"export:{row.id.hex}", 60)
    assert siem.delivery().drain() == 0
    assert not http_target.requests
    rival.leases.give_back(f"export:{row.id.hex}")
    assert siem.delivery().drain() > 0


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_was_changed_meanwhile_is_not_overwritten(siem, http_target):
    """Paused, or replayed, while a batch was on its way: the batch may arrive again, the place is not lost."""
    siem.configure(webhook_yaml(http_target, start="beginning"))
    row = siem.destination("webhook/siem")

    def pause(request):
        http_target.requests.append(request)
        with siem.unit() as uow:
            destinations.pause(uow, row.id)
        return Answer()

    http_target.take = pause
    siem.delivery().drain()
    after = siem.destination("webhook/siem")
    assert (after.state, after.cursor) == (State.PAUSED, 0)


class Died(BaseException):
    """The process is gone."""


def die():
    raise Died


def test_a_death_between_sending_and_writing_brings_the_same_ids_again(siem, http_target):
    siem.record(5)
    siem.configure(webhook_yaml(http_target, start="beginning"))
    faults.arm("export.sent", die)
    try:
        with pytest.raises(Died):
            siem.delivery().drain()
    finally:
        faults.arm("")
    assert siem.destination("webhook/siem").cursor == 0
    siem.delivery().drain()
    first, again = http_target.requests
    assert first.json() == again.json()[: len(first.json())]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_replay_sends_the_same_events_under_the_same_ids(siem, http_target):
    siem.configure(webhook_yaml(http_target, start="beginning"))
    with siem.unit() as uow:
        since = uow.now
    siem.record(4)
    siem.delivery().drain()
    before = [event["id"] for request in http_target.requests for event in request.json()]
    http_target.clear()
    row = siem.destination("webhook/siem")
    with siem.unit() as uow:
        assert destinations.replay(uow, row.id, since) == 4
    siem.delivery().drain()
    assert [event["id"] for event in http_target.requests[0].json()][:4] == before[-4:]


def test_a_refused_change_is_told_and_written_down_and_the_running_one_stays(siem, http_target):
    siem.configure(webhook_yaml(http_target))
    for text, code in [
        (webhook_yaml(http_target).replace("127.0.0.1", "10.0.0.8"), "export.private_address"),
        (webhook_yaml(http_target).replace(http_target.url, "http://169.254.169.254"), "export.private_address"),
        (webhook_yaml(http_target).replace("secret:signing", "secret:nope"), "export.no_secret"),
        (webhook_yaml(http_target).replace(http_target.url, "https://192.0.2.7"), "export.secret_host"),
        ("nonsense", "export.yaml"),
    ]:
        with siem.unit() as uow, pytest.raises(InvalidInput) as refused:
            configs.save(uow, Door(tuple(siem.inner)), text)
        assert code in {problem.code for problem in refused.value.problems}
        with siem.unit() as uow:
            configs.note_refusal(uow, refused.value)
    with siem.unit() as uow:
        assert configs.current(uow).version == 1
        noted = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "export.refused")).all()
        assert len(noted) == 5
        assert json.loads(noted[0].body)["metadata"]["code"] == "export.private_address"
    assert siem.destination("webhook/siem").state == State.ACTIVE


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_files_hold_one_event_a_line_rotate_packed_and_mend_a_torn_line(house, monkeypatch):
    text = "receivers: {audit: {start: beginning}}\nexporters: {file: {}}\n"
    house.configure(text + "service: {pipelines: {logs: {receivers: [audit], exporters: [file]}}}\n")
    house.delivery().drain()
    folder = house.folder / str(house.tenant.id)
    file = folder / "audit.jsonl"
    whole = file.read_text()
    file.write_text(whole + '{"id": "torn')
    house.record(2)
    house.delivery().drain()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [event["seq"] for event in lines] == list(range(1, len(lines) + 1))

    monkeypatch.setattr("studio.export.exporters.file.MEGABYTE", 1)
    house.record(1)
    house.delivery().drain()
    [packed] = folder.glob("*.gz")
    last = house.destination("file").cursor
    assert packed.name == f"audit-{last:012d}.jsonl.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, last + 1))
    assert not file.exists()
