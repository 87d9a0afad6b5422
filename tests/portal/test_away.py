"""The page Away, without scripts; the decision page and the history of what somebody decided in another's place."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from studio.approvals import service
from studio.core import clock
from tests.factories.approvals import make_delegation, share_of, shown

BERLIN = ZoneInfo("Europe/Berlin")


def filled(shop, **changed):
    now = clock.local_now().astimezone(BERLIN)
    plain = {
        "owner": str(shop.lena.user_id),
        "to": str(shop.jonas.user_id),
        "starts_at": f"{now:%Y-%m-%dT%H:%M}",
        "ends_at": f"{now + timedelta(days=3):%Y-%m-%dT%H:%M}",
        "open_items": "yes",
    }
    return plain | changed


def test_an_approver_lets_somebody_stand_in_and_comes_back(shop):
    request_id = shop.ask(shop.lena)
    lena, jonas = shop.browser(shop.lena), shop.browser(shop.jonas)
    assert 'href="/away"' in lena.get("/inbox").text
    assert "Nobody is away" in lena.get("/away").text
    assert lena.post("/away", data=filled(shop)).status_code == 302
    assert "Jonas Weber stands in" in lena.get("/away").text
    shop.run_jobs()
    page = jonas.get(f"/approvals/{request_id}").text
    assert "You stand in for Lena Vogt" in page
    seen = shown(shop.database, shop.tenant, request_id)
    address = lena.get("/away").text.split('action="/away/')[1].split('"')[0]
    assert jonas.post(f"/away/{address}").status_code == 404
    assert lena.post(f"/away/{address}").status_code == 302
    refused = jonas.post(f"/approvals/{request_id}/decide", data={"outcome": "approved", "shown": seen})
    assert (refused.status_code, "The absence has ended" in refused.text) == (409, True)
    assert shop.heard.ends == []


def test_both_names_stand_on_the_page_and_in_the_history(shop):
    make_delegation(shop.database, shop.tenant, shop.lena, shop.jonas)
    request_id = shop.ask(shop.lena)
    jonas = shop.browser(shop.jonas)
    seen = shown(shop.database, shop.tenant, request_id)
    jonas.post(f"/approvals/{request_id}/decide", data={"outcome": "approved", "shown": seen})
    for address in (f"/approvals/{request_id}", f"/approvals/{request_id}/history"):
        assert "Jonas Weber for Lena Vogt approved" in shop.browser(shop.lena).get(address).text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends_at": "2020-01-01T08:00"}, "Choose an end after the beginning."),
        ({"starts_at": "2020-01-01T08:00"}, "Choose a beginning that is not past."),
        ({"starts_at": "soon"}, "Not a valid datetime value"),
        ({"to": "nobody"}, "Not a valid choice"),
    ],
)
def test_a_refused_absence_says_why_and_changes_nothing(shop, everything, changed, said):
    before = everything()
    answer = shop.browser(shop.lena).post("/away", data=filled(shop, **changed))
    assert (answer.status_code, said in answer.text) == (422, True)
    assert everything() == before


def test_an_admin_says_it_of_others_and_an_approver_does_not(shop):
    other = filled(shop)
    assert shop.browser(shop.jonas).post("/away", data=other | {"to": other["owner"]}).status_code == 422
    admin = shop.browser(shop.tenant["admin"])
    assert admin.post("/away", data=other).status_code == 302
    assert "Lena Vogt" in admin.get("/away").text


def test_the_chain_of_hands_stands_in_the_history(shop):
    third = shop.tenant["approver"]
    request_id = shop.ask(shop.jonas)
    for giver, taker, note in ((shop.jonas, shop.lena, "You know her"), (shop.lena, third, "")):
        share = share_of(shop.database, shop.tenant, request_id, giver)
        with shop.database.unit(shop.tenant.id, giver.actor) as uow:
            service.reassign(uow, share.id, taker.user_id, note)
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}/history").text
    assert f"Jonas Weber → Lena Vogt → {third.name}" in page
    assert "Jonas Weber to Lena Vogt, “You know her”" in page
