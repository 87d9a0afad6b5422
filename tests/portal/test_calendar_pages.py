"""Settings, Calendars: made, edited and tried with plain fields; what is refused says why where it stands."""

import re
from datetime import UTC, datetime, timedelta

from studio.approvals import service
from studio.approvals.deadlines import Duration, deadline
from studio.approvals.models import Request
from studio.approvals.service import calendars
from studio.approvals.service.calendars import CalendarSave
from studio.approvals.timetables import WorkingCalendar
from tests.factories.approvals import make_ask
from tests.factories.timetables import make_calendar


def week(**changed):
    fields = {f"{end}-{day}-0": time for day in range(5) for end, time in (("from", "09:00"), ("to", "17:00"))}
    return fields | changed


def admin(shop):
    return shop.browser(shop.tenant["admin"])


def test_an_empty_page_says_what_calendars_are_for(shop):
    page = admin(shop).get("/settings/calendars").text
    assert "No calendars yet" in page
    assert 'name="from-0-0" value="09:00"' in page


def test_one_is_made_and_tried(shop):
    browser = admin(shop)
    data = week(name="Support", time_zone="Europe/Berlin", holidays="12-25 Christmas\n2026-03-10 Stocktake")
    answer = browser.post("/settings/calendars", data=data)
    assert answer.status_code == 302
    page = browser.get(answer.location + "?at=2026-03-06T16:00&hours=8").text
    assert "A request made Friday, March 6" in page
    assert "is due Monday, March 9" in page
    assert "12-25 Christmas" in page
    later = browser.get(answer.location + "?at=2026-03-06T16:00&hours=10").text
    assert "is due Wednesday, March 11" in later  # Tuesday is the stocktake
    assert "Mon to Fri 09:00-17:00" in browser.get("/settings/calendars").text


def test_what_is_refused_says_why_beside_its_field(shop):
    browser = admin(shop)
    calendar_id = make_calendar(shop.database, shop.tenant)
    data = week(name="Office hours", time_zone="Europe/Berlin", holidays="Christmas", **{"to-1-0": ""})
    answer = browser.post(f"/settings/calendars/{calendar_id}", data=data)
    assert answer.status_code == 422
    assert 'id="day-1-error"' in answer.text
    assert "“Christmas” is no date" in answer.text
    empty = {f"{end}-{day}-0": "" for day in range(7) for end in ("from", "to")}
    answer = browser.post(f"/settings/calendars/{calendar_id}", data=empty | {"name": "x", "time_zone": "UTC"})
    assert "no working time" in answer.text
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.get(WorkingCalendar, calendar_id).name == "Office hours"


def test_midnight_survives_the_form(shop):
    browser = admin(shop)
    calendar_id = make_calendar(shop.database, shop.tenant)
    data = {"name": "All day", "time_zone": "UTC", "from-0-0": "00:00", "to-0-0": "00:00"}
    data |= {"from-4-0": "22:00", "to-4-0": "06:00"}
    assert browser.post(f"/settings/calendars/{calendar_id}", data=data).status_code == 302
    with shop.database.unit(shop.tenant.id) as uow:
        row = uow.session.get(WorkingCalendar, calendar_id)
        assert (row.week[0], row.week[4]) == (["00:00-24:00"], ["22:00-06:00"])


def test_public_holidays_the_default_and_the_end(shop):
    browser = admin(shop)
    make_calendar(shop.database, shop.tenant)
    other = make_calendar(shop.database, shop.tenant, name="Nights")
    page = browser.post(f"/settings/calendars/{other}/holidays", data={"place": "Atlantis"}, follow_redirects=True)
    assert "No public holidays are known" in page.text
    page = browser.post(f"/settings/calendars/{other}/holidays", data={"place": "DE-BY"}, follow_redirects=True)
    assert "holidays are added" in page.text
    assert "Christmas Day" in page.text
    browser.post(f"/settings/calendars/{other}/default")
    page = browser.post(f"/settings/calendars/{other}/delete", follow_redirects=True)
    assert "This is the default calendar" in page.text


def test_builders_read_and_approvers_do_not(shop):
    calendar_id = make_calendar(shop.database, shop.tenant)
    browser = shop.browser(shop.tenant["builder"])
    page = browser.get(f"/settings/calendars/{calendar_id}").text
    assert "Mon to Fri 09:00-17:00" in page
    assert "Delete the calendar" not in page
    assert shop.browser(shop.jonas).get("/settings/calendars").status_code == 403


def test_the_decision_page_says_what_is_left_in_working_time(shop):
    calendar_id = make_calendar(
        shop.database, shop.tenant, time_zone="UTC", week=[["00:00-24:00"]] * 7, holidays=[]
    )  # fmt: skip
    with shop.database.unit(shop.tenant.id) as uow:
        due_at = calendars.after(
            calendars.hours_of(calendars.get(uow, calendar_id)), uow.now, 8, calendars.Working.HOURS
        ) + timedelta(minutes=1)
    request_id = shop.ask(due_at=due_at, calendar_id=calendar_id)
    page = shop.browser(shop.jonas).get(f"/approvals/{request_id}").text
    assert "8 h of working time left" in page
    assert f'<time datetime="{due_at.isoformat()}">' in page
    assert datetime.now(UTC) < due_at


def test_what_an_edit_moves_is_shown_and_moved_by_a_button(shop):
    browser = admin(shop)
    calendar_id = make_calendar(shop.database, shop.tenant, time_zone="UTC", week=[["00:00-24:00"]] * 7)
    here = f"/settings/calendars/{calendar_id}/deadlines"
    with shop.database.unit(shop.tenant.id) as uow:
        ends = deadline(uow, uow.now, Duration(amount=8, unit="working_hours"), None)
        ask = make_ask([shop.jonas], due_at=ends.due_at, calendar_id=ends.calendar_id, counted=ends.counted)
        request_id = service.request(uow, ask)
    assert f'href="{here}"' in browser.get(f"/settings/calendars/{calendar_id}").text
    page = browser.get(here).text
    assert ("Nothing would move" in page, "Move these deadlines" in page) == (True, False)
    with shop.database.unit(shop.tenant.id, shop.tenant["admin"].actor) as uow:
        off = [{"date": (uow.now + timedelta(days=n)).date().isoformat()} for n in (0, 1)]
        calendars.change(uow, calendar_id, CalendarSave("Office hours", "UTC", [["00:00-24:00"]] * 7, off))
    page = browser.get(here).text
    assert "Move these deadlines" in page
    seen = re.search(r'name="shown"[^>]*value="([^"]+)"', page)[1]
    late = browser.post(here, data={"shown": "1999"}, follow_redirects=True).text
    assert "The calendar was changed since you looked" in late
    done = browser.post(here, data={"shown": seen}, follow_redirects=True).text
    assert ("1 request has its new moments" in done, "Nothing would move" in done) == (True, True)
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.get(Request, request_id).due_at > ends.due_at
