"""Stripe by its published contract: refunds that happen once, what is refused in words, and what it tells of."""

from contextlib import contextmanager

import pytest

from studio.connectors.catalogue import connector
from studio.connectors.definitions.stripe.hooks import HOOKS
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.hooks.events import ShopEvent
from studio.connectors.hooks.scheme import Received, Wanted
from studio.core import clock
from studio.core.signatures import SignatureError, verify
from tests.factories.connections import Switchboard
from tests.servers.stripe import ACCOUNT, KEY, stripe

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def server():
    with stripe() as running:
        yield running


@pytest.fixture
def board(make_rig, app, server):
    board = Switchboard(app, make_rig([], []).workspace_id, f"127.0.0.1:{server.port}")
    board.connect("Stripe", handle="stripe", connector="stripe", fields={"api_key": KEY}, account=ACCOUNT)
    return board


@pytest.fixture
def api(board):
    return board.accounts.api(board.workspace_id, "stripe")


def done(api, name, key="effect-1", **given):
    action = connector("stripe").action(name)
    return action().perform(api, action.Config.model_validate(given), key)


@contextmanager
def refused(code, field=None):
    with pytest.raises(ApiError) as error:
        yield error
    assert (error.value.code, error.value.field) == (code, field)


def test_a_refund_whose_answer_is_lost_happens_once(api, server):
    payment = server.paid(42_000)
    server.loses = "/v1/refunds"
    with refused("http.broken") as error:
        done(api, "refund", payment=payment, amount="42.00", currency="EUR")
    assert error.value.seen, "nobody knows whether it was done"
    assert [one["amount"] for one in server.refunds] == [4_200]
    again = done(api, "refund", payment=payment, amount="42.00", currency="EUR")
    assert (again["done_before"], len(server.refunds)) == (True, 1)


def test_a_repeat_finds_its_refund_also_when_the_key_is_forgotten(api, server):
    payment = server.paid(42_000)
    first = done(api, "refund", payment=payment, amount="42.00", currency="eur")
    server.forget_keys = True
    again = done(api, "refund", payment=payment, amount="42.00", currency="eur")
    assert again == first | {"done_before": True}
    other = done(api, "refund", key="effect-2", payment="ch_1", amount="1.00", currency="EUR")
    assert (other["done_before"], len(server.refunds)) == (False, 2)
    assert server.requests[-1].headers["stripe-version"] == "2024-06-20"


def test_what_does_not_fit_is_refused_and_nothing_is_given_back(api, server):
    payment = server.paid(42_000)
    with refused("stripe.other_currency", "currency"):
        done(api, "refund", payment=payment, amount="42.00", currency="USD")
    for wrong in ("cus_1", "pi_1/../../account", "", "pi_é"):
        with refused("stripe.id", "payment"):
            done(api, "refund", payment=wrong or " ", amount="42.00", currency="EUR")
    server.intents["pi_2"] = {"id": "pi_2", "status": "requires_payment_method", "latest_charge": None}
    with refused("stripe.not_paid", "payment"):
        done(api, "refund", payment="pi_2", amount="42.00", currency="EUR")
    with refused("http.status_400") as error:
        done(api, "refund", payment=payment, amount="420.01", currency="EUR")
    assert "greater than unrefunded amount" in error.value.message
    with refused("http.status_404"):
        done(api, "refund", payment="pi_9", amount="1.00", currency="EUR")
    assert server.refunds == []
    assert all(KEY not in request.path for request in server.requests)


def test_payments_are_looked_up_and_customers_get_notes(api, server):
    payment = server.paid(42_000)
    done(api, "refund", payment=payment, amount="42", currency="EUR")
    found = done(api, "payment", payment=payment)
    assert found.keys() == connector("stripe").action("payment").sample.keys()
    assert (found["left"], found["email"]) == ("378.00", "anna.keller@example.com")
    server.customers["cus_1"] = {"id": "cus_1", "metadata": {"vip": "yes"}}
    noted = done(api, "customer_note", key="effect-2", customer="cus_1", text="Asked for a call back")
    assert noted == {"customer": "cus_1", "name": "studio_note", "text": "Asked for a call back"}
    assert server.customers["cus_1"]["metadata"] == {"vip": "yes", "studio_note": "Asked for a call back"}


def test_whose_key_it_is_and_that_it_is_refused(board, api, server):
    account = connector("stripe").probe(api)
    assert (account.id, account.name) == (ACCOUNT, "Nordlicht")
    board.sign_in("stripe", fields={"api_key": "sk_of_nobody"}, account=ACCOUNT)
    with pytest.raises(SignInRefused):
        connector("stripe").probe(board.accounts.api(board.workspace_id, "stripe"))


def test_webhooks_are_registered_listed_and_removed(api, server):
    topics = HOOKS.names([ShopEvent.ORDER_PAID])
    made = HOOKS.register(api, Wanted("https://studio.example.com/hooks/abc", topics, "whsec_unused"))
    assert server.endpoints[made.id]["enabled_events"] == topics
    assert made.secret == "whsec_of_1"
    assert [(one.id, one.url) for one in HOOKS.listed(api)] == [(made.id, "https://studio.example.com/hooks/abc")]
    HOOKS.remove(api, made.id)
    HOOKS.remove(api, made.id)
    assert server.endpoints == {}


def test_what_it_tells_of_is_verified_and_read(api, server):
    now = clock.local_now()
    session = {"id": "cs_1", "payment_status": "paid", "currency": "eur", "amount_total": 42_000, "created": 1772446500,
               "client_reference_id": "6021", "customer": "cus_1",
               "customer_details": {"email": "anna@example.com", "name": "Anna M. Keller", "phone": None}}  # fmt: skip
    headers, body = server.event("checkout.session.completed", session, int(now.timestamp()), "whsec_1")
    assert verify(HOOKS.signed, headers, body, ["whsec_0", "whsec_1"], now=now).once is not None
    for bad in (body + b" ", body.replace(b"42000", b"42001")):
        with pytest.raises(SignatureError):
            verify(HOOKS.signed, headers, bad, ["whsec_1"], now=now)
    received = _received(session, "checkout.session.completed")
    topic = HOOKS.of(HOOKS.topic(received))
    order = topic.read(received)
    assert (topic.event, HOOKS.delivery_id(received)) == (ShopEvent.ORDER_PAID, "evt_1")
    assert (order.number, order.total, order.customer.last_name) == ("6021", "420.00", "Keller")
    assert topic.read(_received(session | {"payment_status": "unpaid"}, topic.name)) is None
    gone = HOOKS.of("customer.deleted").read(_received({"id": "cus_1", "name": "Anna"}, "customer.deleted"))
    assert (gone.deleted, gone.first_name) == (True, "Anna")
    with pytest.raises(KeyError):
        topic.read(_received({"id": "cs_1"}, topic.name))


def _received(thing, kind):
    return Received({}, {"id": "evt_1", "type": kind, "data": {"object": thing}})
