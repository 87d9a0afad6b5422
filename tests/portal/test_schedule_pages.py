"""Settings, On call: made, shown two weeks ahead, overridden for a time, with plain fields."""

from datetime import UTC, datetime, timedelta

from tests.factories.timetables import make_schedule


def admin(shop):
    return shop.browser(shop.tenant["admin"])


def fields(*people, **changed):
    turns = {f"people-{place}": str(one.user_id) for place, one in enumerate(people)}
    plain = {"name": "Support", "time_zone": "Europe/Berlin", "starts": "2026-03-02T09:00", "length": "1", "unit": "7"}
    return plain | turns | changed


def test_one_is_made_and_shows_the_next_two_weeks(shop):
    browser = admin(shop)
    assert "No schedules yet" in browser.get("/settings/on-call").text
    answer = browser.post("/settings/on-call", data=fields(shop.jonas, shop.lena))
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "The next two weeks" in page
    assert page.count("<time datetime=") >= 3
    assert "Jonas Weber, Lena Vogt" in browser.get("/settings/on-call").text


def test_somebody_else_for_a_time_and_the_turns_again(shop):
    browser = admin(shop)
    schedule_id = make_schedule(shop.database, shop.tenant, [shop.jonas])
    here = f"/settings/on-call/{schedule_id}"
    soon = datetime.now(UTC) + timedelta(days=2)
    times = {"start": soon.strftime("%Y-%m-%dT%H:%M"), "end": (soon + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")}
    page = browser.post(f"{here}/overrides", data={"person": str(shop.lena.user_id), **times}, follow_redirects=True)
    assert "Override" in page.text
    again = browser.post(f"{here}/overrides", data={"person": str(shop.lena.user_id), **times})
    assert again.status_code == 409
    assert "There is an override in this time" in again.text
    action = page.text[page.text.index(f'action="{here}/overrides/') + len('action="') :].partition('"')[0]
    gone = browser.post(action, follow_redirects=True).text
    assert "the turns hold again" in gone


def test_what_is_refused_says_why_and_builders_only_read(shop):
    browser = admin(shop)
    schedule_id = make_schedule(shop.database, shop.tenant)
    answer = browser.post(f"/settings/on-call/{schedule_id}", data=fields())
    assert answer.status_code == 422
    assert "Name from one to" in answer.text
    assert browser.post(f"/settings/on-call/{schedule_id}", data=fields(shop.jonas, length="0")).status_code == 422
    page = shop.browser(shop.tenant["builder"]).get(f"/settings/on-call/{schedule_id}").text
    assert "The next two weeks" in page
    assert "Delete the schedule" not in page
