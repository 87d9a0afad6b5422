"""A payment at Stripe, by its published contract, starts a run; the secret that Stripe made for it shows nowhere."""

import pytest
from sqlalchemy import select

from studio.core import clock
from studio.core.db import Base
from tests.connectors.hooks.test_webhooks import URL, Hooked
from tests.servers.stripe import ACCOUNT, KEY, stripe

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
PAID = {"id": "cs_1", "payment_status": "paid", "currency": "eur", "amount_total": 42_000, "created": 1772446500,
        "client_reference_id": "6021", "customer": None, "customer_details": {"email": "anna@example.com"}}  # fmt: skip


@pytest.fixture
def hooked(app):
    with stripe() as server:
        made = Hooked(app, server)
        made.board.connect("Stripe", handle="stripe", connector="stripe", fields={"api_key": KEY}, account=ACCOUNT)
        yield made


def told(hooked, thing, secret, kind="checkout.session.completed"):
    [endpoint] = hooked.provider.endpoints.values()
    headers, body = hooked.provider.event(kind, thing, int(clock.local_now().timestamp()), secret)
    return hooked.deliver(headers, body, path=endpoint["url"].removeprefix(URL))


def test_a_payment_starts_a_run_once_and_only_where_stripe_has_signed_it(hooked, capfd):
    heard = hooked.listen("order.paid", connection="stripe")
    [endpoint] = hooked.provider.endpoints.values()
    assert endpoint["enabled_events"] == ["checkout.session.completed", "checkout.session.async_payment_succeeded"]
    assert told(hooked, PAID, "whsec_of_somebody_else").status_code == 401
    answers = [told(hooked, PAID, endpoint["secret"]) for _ in range(2)]
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert told(hooked, PAID | {"currency": None}, endpoint["secret"]).status_code == 422
    hooked.settle()
    [run] = hooked.runs(heard)
    assert (run.input["order"]["number"], run.input["order"]["total"]) == ("6021", "420.00")
    with hooked.database.across(read_only=True) as uow:
        connection = uow.session.connection()
        rows = [(table.name, str(row)) for table in Base.metadata.sorted_tables for row in
                connection.execute(select(table))]  # fmt: skip
    said = capfd.readouterr()
    for secret in (endpoint["secret"], KEY):
        assert [name for name, row in rows if secret in row] == []
        assert secret not in said.out + said.err + "".join(answer.text for answer in answers)
