"""Workflows that listen for what happens at a connection: who hears it, who does not and why."""

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.connectors.calling.opening import find
from studio.connectors.catalogue import connectors
from studio.connectors.hooks import emitting, samples
from studio.connectors.hooks.events import KINDS, ShopEvent, data_of
from studio.connectors.models import ConnectionScope
from studio.core.errors import InvalidInput
from tests.connectors.hooks.provider import connector
from tests.factories.connections import Switchboard
from tests.runtime.triggers.test_app_events import NOTE, Shop, flow

NAMES = st.sampled_from(["", "1", "outlet", "Outlet", "2"])


def hears(kind="connection.event", **config):
    return {"type": kind, "config": {"connection": "main-shop", **config}}


@pytest.fixture
def shop(app, monkeypatch):
    monkeypatch.setitem(connectors(), "http", connector())
    shop = Shop(app)
    shop.board = Switchboard(app, shop.tenant.id, "127.0.0.1:9")
    shop.board.connect("Main shop")
    return shop


def emit(shop, event, data, key=None, scope=None):
    with shop.unit() as unit:
        row = find(unit, "main-shop")
        part = None
        if scope:
            part = ConnectionScope(connection_id=row.id, kind="channel", external_id=scope, name=scope.title(),
                                   settings={}, created_at=unit.now)  # fmt: skip
        return emitting.emit(unit, row, part, event, data, key)


def order(total="420.00"):
    shape = KINDS[ShopEvent.ORDER_PAID].sample.model_copy(update={"total": total})
    return {**data_of(ShopEvent.ORDER_PAID, shape), "raw": {}}


def test_who_listens_for_an_event_of_a_shop_gets_it_by_its_filter_scope_and_key(shop):
    wanted = {"event": "order.paid", "filter": 'trigger.order.total != "0.00"', "dedup_key": "trigger.order.id"}
    paid = shop.publish(flow("Paid", hears(**wanted), NOTE))
    outlet = shop.publish(flow("Outlet", hears(event="order.paid", scope="Outlet"), NOTE))
    gathers = hears(event="order.paid", gather="batch", gather_key="trigger.order.id")
    gathered = shop.publish(flow("Gathered", gathers, NOTE))
    created = shop.publish(flow("Created", hears(), NOTE))
    assert emit(shop, "order.paid", order("0.00")) == emitting.Heard(2, 0)
    assert emit(shop, "order.paid", order()) == emitting.Heard(2, 1)
    assert emit(shop, "order.paid", order(), scope="outlet") == emitting.Heard(3, 1), "the outlet; the other repeats"
    shop.settle()
    [run] = shop.runs(paid)
    assert (run.state, run.input["order"]["total"]) == ("succeeded", "420.00")
    assert run.input["connection"] == "main-shop"
    assert [verdict for verdict, _ in shop.events(paid)] == ["filtered", "started", "duplicate"]
    assert [run.input["scope"] for run in shop.runs(outlet)] == [{"id": "outlet", "name": "Outlet"}]
    assert [verdict for verdict, _ in shop.events(gathered)] == ["gathered"] * 3
    assert shop.events(created) == []


def test_a_record_that_changed_starts_who_listens_for_its_stream_once_a_key(shop):
    heard = shop.publish(flow("Orders", hears("connection.record", stream="orders", changes=["updated"]), NOTE))
    data = {"stream": "orders", "change": "updated", "id": "7", "record": {"id": "7"}}
    for _ in range(2):
        emit(shop, "record.changed", data, key="orders:7:2")
    assert emit(shop, "record.changed", {**data, "change": "deleted"}) == emitting.Heard(0, 0)
    assert emit(shop, "record.changed", {**data, "stream": "products"}) == emitting.Heard(0, 0)
    assert [verdict for verdict, _ in shop.events(heard)] == ["started", "duplicate"]


@pytest.mark.parametrize("bad", [{"a\0": 1}, {"text": "a\0b"}], ids=["name", "text"])
def test_what_cannot_be_stored_starts_nobody(shop, bad):
    heard = shop.publish(flow("All", hears(), NOTE))
    with pytest.raises(InvalidInput):
        emit(shop, "order.created", {**order(), "raw": bad})
    assert shop.events(heard) == []


@pytest.mark.parametrize("event", list(ShopEvent))
def test_an_example_of_an_event_fits_its_schema(event):
    jsonschema.validate(samples.of_event(event), samples.schema_of(event))


@given(NAMES, NAMES.filter(bool), NAMES.filter(bool))
def test_a_scope_is_meant_by_its_id_or_name_and_an_empty_one_means_all(wanted, external, name):
    told = {"event": "order.created", "connection": "c", "scope": {"id": external, "name": name}}
    config = {"connection": "c", "scope": wanted}
    assert emitting.means(config, told) is (wanted in ("", external, name))
    assert emitting.means(config, {**told, "scope": None}) is (wanted == "")
    assert not emitting.means({**config, "connection": "d"}, told)
    assert not emitting.means({**config, "event": "order.paid"}, told)
