"""The inbox: most urgent first, decide in place where the row says it all, filters in the address."""

import re
from datetime import UTC, timedelta
from html import unescape

import pytest
from sqlalchemy import event
from werkzeug.datastructures import MultiDict

from studio.approvals import service
from studio.approvals.service import calendars, listing
from studio.approvals.service.listing import Due, Filters, Tab
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from tests.factories.approvals import decide, make_group, share_of, shown
from tests.factories.escalations import escalate, level, make_escalating
from tests.factories.timetables import make_calendar


def titles(answer):
    return re.findall(r'class="row-link"[^>]*>([^<]+)</a>', answer.text)


def due_in(shop, **delta):
    with shop.database.unit(shop.tenant.id) as uow:
        return uow.now + timedelta(**delta)


def test_the_most_urgent_stands_first_and_what_has_no_deadline_last(shop):
    shop.ask(title="Whenever")
    shop.ask(title="Tomorrow", due_at=due_in(shop, hours=26))
    shop.ask(title="Now", due_at=due_in(shop, minutes=10))
    assert titles(shop.browser(shop.jonas).get("/inbox")) == ["Now", "Tomorrow", "Whenever"]


def test_a_row_says_why_it_is_here_and_how_long_there_is(shop):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    shop.ask("group:Refund team", due_at=due_in(shop, hours=3, minutes=40, seconds=30))
    page = shop.browser(shop.jonas).get("/inbox").text
    for words in ("You are in the group Refund team", "3 h 40 min", "High-value refunds · order 6021"):
        assert words in page


def test_what_has_the_least_working_time_left_stands_first(shop):
    """A day from now is much for a calendar that is open all day, and little for one that opens for two hours."""
    names = {"Always": ["00:00-24:00"], "An hour a day": ["00:00-00:30", "12:00-12:30"]}
    always, seldom = (
        make_calendar(shop.database, shop.tenant, name=name, time_zone="UTC", week=[hours] * 7)
        for name, hours in names.items()
    )
    now = clock.local_now()
    shop.ask(title="By the clock", due_at=now + timedelta(hours=20))
    shop.ask(title="Always open", due_at=now + timedelta(hours=30, minutes=1), calendar_id=always)
    due_at = now + timedelta(days=10)
    seldom_id = shop.ask(title="Seldom open", due_at=due_at, calendar_id=seldom)
    browser = shop.browser(shop.jonas)
    answer = browser.get("/inbox")
    page = answer.text
    assert titles(answer) == ["Seldom open", "By the clock", "Always open"]
    assert "30 h of working time left" in page
    assert re.search(r"(9|10) h of working time left", page)
    assert page.count("Due ") >= 2
    with shop.database.unit(shop.tenant.id) as uow:
        left = calendars.working_left(uow, seldom, due_at)
        row = listing.listed(uow, shop.jonas.user_id, Filters()).items[0]
        assert row.request.id == seldom_id
        assert abs(row.working_left - left) < timedelta(minutes=2)


def test_a_row_outside_working_hours_says_that_none_is_left(shop):
    """Due when the office opens again: until then nothing is left, and nothing is overdue."""
    now = clock.local_now().astimezone(UTC)
    shut = [f"{(now + timedelta(hours=2)).hour:02}:00-{(now + timedelta(hours=2)).hour:02}:01"]
    calendar = make_calendar(shop.database, shop.tenant, time_zone="UTC", week=[shut] * 7)
    shop.ask(due_at=now + timedelta(minutes=30), calendar_id=calendar)
    assert "No working time left" in shop.browser(shop.jonas).get("/inbox").text


def test_a_row_says_which_stage_asks(shop):
    stages = [
        ApprovalStage([ApprovalPart([f"user:{one.email}"])], name)
        for one, name in ((shop.lena, ""), (shop.jonas, "Finance"))
    ]
    request_id = shop.ask(rule=ApprovalRule(stages))
    assert titles(shop.browser(shop.jonas).get("/inbox")) == []
    assert "Stage 1 of 2" in shop.browser(shop.lena).get("/inbox").text
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.approve(uow, request_id, shown=shown(shop.database, shop.tenant, request_id))
    assert "Stage 2 of 2: Finance" in shop.browser(shop.jonas).get("/inbox").text
    assert "You decided" in shop.browser(shop.lena).get("/done").text


def test_a_row_says_how_far_a_rule_of_several_is_and_whom_it_waits_for(shop):
    def part(*some, need="any", n=None):
        return ApprovalPart([f"user:{one.email}" for one in some], need, n)

    both = shop.ask(title="Both", rule=ApprovalRule([ApprovalStage([part(shop.jonas, shop.lena, need="all")])]))
    parts = shop.ask(title="Parts", rule=ApprovalRule([ApprovalStage([part(shop.jonas), part(shop.lena)])]))
    shop.ask(title="Any")
    page = shop.browser(shop.lena).get("/inbox").text
    assert "0 of 2 agreed" in page
    assert "0 of 2 agreed; waits for Jonas Weber and Lena Vogt" in page
    for request_id in (both, parts):
        with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
            service.approve(uow, request_id, shown=shown(shop.database, shop.tenant, request_id))
    page = shop.browser(shop.lena).get("/inbox").text
    assert page.count("1 of 2 agreed") == 2
    assert "1 of 2 agreed; waits for Lena Vogt" in page
    assert page.count("agreed") == 2


def test_how_far_all_rows_are_is_one_question(shop):
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{shop.jonas.email}", f"user:{shop.lena.email}"], "all")])])
    seen = []

    def hear(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    def rows():
        with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
            seen.clear()
            found = listing.listed(uow, shop.lena.user_id, Filters()).items
            return len(found), len(seen)

    event.listen(shop.database.app, "before_cursor_execute", hear)
    try:
        shop.ask(rule=rule)
        (few, once), _made = rows(), [shop.ask(rule=rule) for _time in range(3)]
        many, again = rows()
    finally:
        event.remove(shop.database.app, "before_cursor_execute", hear)
    assert (few, many) == (1, 4)
    assert once == again


def test_the_tabs_and_the_frame_count(shop):
    shop.ask()
    second = shop.ask()
    share = share_of(shop.database, shop.tenant, second, shop.jonas)
    browser = shop.browser(shop.jonas)
    browser.post(f"/inbox/{share.id}/snooze", data={"choice": "hour"})
    page = browser.get("/inbox").text
    assert "Pending 1" in page
    assert "Snoozed 1" in page
    assert '<span class="n">1</span>' in page


def test_a_row_that_shows_everything_is_decided_in_place(shop):
    request_id = shop.ask()
    browser = shop.browser(shop.jonas)
    page = browser.get("/inbox").text
    form = page[page.index(f'action="/approvals/{request_id}/decide?from=inbox"') :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)[:2])
    answer = browser.post(
        f"/approvals/{request_id}/decide?from=inbox", data=hidden | {"outcome": "approved"}, forge=True
    )
    assert answer.location == "/inbox"
    assert "Approved: Refund" in browser.get("/inbox").text
    assert len(shop.heard.ends) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"instructions": "Look at the photo first. " * 12},
        {"facts": [(f"Fact {n}", "x") for n in range(6)]},
        {"facts": [("Story", "long " * 60)]},
        {"facts": [("Story", "long " * 40)], "instructions": "Look at the photo first. " * 4},
    ],
    ids=["long instructions", "many facts", "long facts", "both"],
)
def test_a_row_that_cannot_show_everything_asks_to_review(shop, changed):
    shop.ask(**changed)
    page = shop.browser(shop.jonas).get("/inbox").text
    assert "Review" in page
    assert 'value="approved"' not in page


def test_beyond_a_bound_a_count_says_only_that_there_are_more(shop, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 2)
    for _ in range(3):
        shop.ask(shop.tenant["admin"], due_at=due_in(shop, minutes=1))
    browser = shop.browser(shop.tenant["admin"])
    page = browser.get("/inbox").text
    assert "Pending 2+" in page
    assert '<span class="n">2+</span>' in page
    assert "Pending 2" not in browser.get("/inbox?of=all").text


def test_a_row_that_decides_shows_the_instructions_too(shop):
    shop.ask(instructions="Look at the photo <first>.")
    page = shop.browser(shop.jonas).get("/inbox").text
    assert "Look at the photo &lt;first&gt;." in page
    assert 'value="approved"' in page


def test_keys_are_named_only_where_they_do_something(shop):
    shop.ask(instructions="Look at the photo first. " * 12)
    page = shop.browser(shop.jonas).get("/inbox").text
    assert "<kbd>s</kbd>" in page
    assert "<kbd>a</kbd>" not in page
    shop.ask()
    assert "<kbd>a</kbd>" in shop.browser(shop.jonas).get("/inbox").text


def test_snooze_hides_for_one_person_until_its_time(shop):
    request_id = shop.ask()
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    jonas, lena = shop.browser(shop.jonas), shop.browser(shop.lena)
    jonas.post(f"/inbox/{share.id}/snooze", data={"choice": "later"})
    assert titles(jonas.get("/inbox")) == []
    assert len(titles(jonas.get("/inbox?tab=snoozed"))) == 1
    assert len(titles(lena.get("/inbox"))) == 1
    clock.shift(timedelta(hours=4, seconds=1))
    jonas = shop.browser(shop.jonas)
    assert len(titles(jonas.get("/inbox"))) == 1
    assert titles(jonas.get("/inbox?tab=snoozed")) == []


def test_snooze_wakes_at_the_next_deadline(shop):
    due_at = due_in(shop, hours=3)
    request_id = shop.ask(due_at=due_at, remind_at=due_in(shop, hours=2))
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    shop.browser(shop.jonas).post(f"/approvals/{request_id}/snooze", data={"choice": "week"})
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    assert share.snoozed_until < due_at


def test_a_snoozed_item_can_be_decided_and_restored(shop):
    request_id = shop.ask()
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    browser = shop.browser(shop.jonas)
    browser.post(f"/inbox/{share.id}/snooze", data={"choice": "tomorrow"})
    browser.post(f"/inbox/{share.id}/restore")
    assert len(titles(browser.get("/inbox"))) == 1
    browser.post(f"/inbox/{share.id}/snooze", data={"choice": "tomorrow"})
    data = {"outcome": "approved", "shown": shown(shop.database, shop.tenant, request_id)}
    assert browser.post(f"/approvals/{request_id}/decide", data=data).status_code == 302
    assert browser.post(f"/inbox/{share.id}/snooze", data={"choice": "hour"}).status_code == 409


@pytest.mark.parametrize("choice", ["", "never", "2099-01-01"])
def test_an_unknown_snooze_choice_is_refused(shop, choice):
    request_id = shop.ask()
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    browser = shop.browser(shop.jonas)
    assert browser.post(f"/inbox/{share.id}/snooze", data={"choice": choice}).status_code == 422
    assert len(titles(browser.get("/inbox"))) == 1


def test_somebody_elses_share_is_not_found(shop):
    request_id = shop.ask()
    share = share_of(shop.database, shop.tenant, request_id, shop.lena)
    browser = shop.browser(shop.jonas)
    assert browser.post(f"/inbox/{share.id}/snooze", data={"choice": "hour"}).status_code == 404
    assert browser.post(f"/inbox/{share.id}/restore").status_code == 404


def test_what_others_settled_moves_to_done_and_says_who(shop):
    request_id = shop.ask()
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        service.approve(uow, request_id, shown=shown(shop.database, shop.tenant, request_id))
    browser = shop.browser(shop.jonas)
    assert titles(browser.get("/inbox")) == []
    for address in ("/inbox?tab=done", "/done"):
        page = browser.get(address)
        assert len(titles(page)) == 1
        assert "Approved" in page.text
        assert "Lena Vogt" in page.text


def test_search_looks_at_titles_and_facts_and_keeps_the_address(shop):
    shop.ask(title="Refund 50 % of order 7")
    shop.ask(title="Set a price", facts=[("Item", "Trail shoe 42")])
    browser = shop.browser(shop.jonas)
    for words, found in [
        ("refund", ["Refund 50 % of order 7"]),
        ("trail SHOE", ["Set a price"]),
        ("%", ["Refund 50 % of order 7"]),
        ("_", []),
        ("nothing at all", []),
    ]:
        page = browser.get("/inbox", query_string={"q": words})
        assert titles(page) == found
        assert f'value="{words}"' in page.text
    assert "Nothing found" in browser.get("/inbox?q=zzz").text


def test_filters_by_workflow(shop):
    one = {"workflow_id": "01954f6e-7a31-7c56-9a40-000000000001", "workflow_name": "Refunds"}
    two = {"workflow_id": "01954f6e-7a31-7c56-9a40-000000000002", "workflow_name": "Prices"}
    shop.ask(title="A", context=one)
    shop.ask(title="B", context=two)
    browser = shop.browser(shop.jonas)
    assert titles(browser.get(f"/inbox?workflow={two['workflow_id']}")) == ["B"]
    assert titles(browser.get("/inbox?workflow=nonsense")) == ["A", "B"]
    page = browser.get("/inbox").text
    assert "<option" in page
    assert "Prices" in page


def test_filters_by_deadline_and_requester_stand_together_in_the_address(shop):
    soon = due_in(shop, seconds=30)
    shop.ask(title="Soon", due_at=soon, requester="anna@x.example")
    shop.ask(title="Later", due_at=due_in(shop, days=2), requester="bert@x.example")
    shop.ask(title="Whenever", requester="anna@x.example")
    browser = shop.browser(shop.jonas)
    for query, found in [
        ("due=overdue", []),
        ("requester=Anna@x.example", ["Soon", "Whenever"]),
        ("requester=anna@x.example&q=when", ["Whenever"]),
        ("due=nonsense", ["Soon", "Later", "Whenever"]),
    ]:
        assert titles(browser.get(f"/inbox?{query}")) == found
    with shop.database.unit(shop.tenant.id) as uow:
        for day_ends, due, found in [
            (soon + timedelta(seconds=1), Due.TODAY, ["Soon"]),
            (soon, Due.TODAY, []),
            (soon + timedelta(days=3), Due.TODAY, ["Soon", "Later"]),
        ]:
            page = listing.listed(uow, shop.jonas.user_id, Filters(due=due, day_ends=day_ends))
            assert [item.request.title for item in page.items] == found
    clock.shift(timedelta(minutes=1))
    browser = shop.browser(shop.jonas)
    page = browser.get("/inbox?due=overdue")
    assert titles(page) == ["Soon"]
    assert '<option value="overdue" selected>' in page.text
    assert "<option>anna@x.example" in browser.get("/inbox").text


def test_filters_by_escalation_and_group_stand_in_the_address(shop):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    calm, up = (
        make_escalating(shop.database, shop.tenant, ["group:Refund team"], level(shop.lena), title=title)
        for title in ("Calm", "Up")
    )
    shop.ask(shop.jonas, title="By name")
    escalate(shop.database, shop.tenant, up)
    browser, owner = shop.browser(shop.jonas), shop.browser(shop.tenant["owner"])
    for who, query, found in [
        (browser, "escalated=yes", {"Up"}),
        (browser, "escalated=nonsense", {"Calm", "Up", "By name"}),
        (browser, "group=Refund team", {"Calm", "Up"}),
        (browser, "group=Refund team&escalated=yes", {"Up"}),
        (browser, "group=Nobody", set()),
        (shop.browser(shop.lena), "group=Refund team", {"Up"}),
        (owner, "of=all&group=Refund team", {"Calm", "Up"}),
        (owner, "of=all&escalated=yes", {"Up"}),
    ]:
        assert set(titles(who.get(f"/inbox?{query}"))) == found, query
    page = browser.get("/inbox?group=Refund team&escalated=yes").text
    assert "Asked of the group Refund team" in page
    assert '<option value="yes" selected>' in page
    decide(shop.database, shop.tenant, shop.jonas, calm)
    assert set(titles(owner.get("/inbox?of=all&group=Refund team"))) == {"Up"}
    load = owner.get("/settings/approval-load?by=group").text
    assert "group=Refund+team" in load


def test_what_was_handed_on_says_so_in_done_with_the_note_at_its_new_owner(shop):
    request_id = shop.ask(shop.jonas)
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
        service.reassign(uow, share.id, shop.lena.user_id, "You know the customer.")
    page = shop.browser(shop.lena).get("/inbox").text
    assert "Jonas Weber handed it to you" in page
    assert "“You know the customer.”" in page
    assert "Handed on" in shop.browser(shop.jonas).get("/done").text


def test_everybodys_requests_are_for_staff(shop):
    shop.ask(shop.jonas, title="Only for Jonas")
    assert titles(shop.browser(shop.lena).get("/inbox?of=all")) == []
    page = shop.browser(shop.tenant["auditor"]).get("/inbox?of=all")
    assert titles(page) == ["Only for Jonas"]
    assert 'value="approved"' not in page.text


@pytest.mark.parametrize("tab", list(Tab))
@pytest.mark.parametrize("everybody", [False, True])
def test_pages_skip_nothing_and_repeat_nothing(shop, tab, everybody):
    due_at = due_in(shop, hours=5)
    for number in range(7):
        request_id = shop.ask(title=f"R{number}", due_at=due_at if number % 2 else None)
        share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
        with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
            if tab is Tab.SNOOZED:
                service.snooze(uow, share.id, uow.now + timedelta(hours=1))
            if tab is Tab.DONE:
                seen = shown(shop.database, shop.tenant, request_id)
                service.approve(uow, request_id, shown=seen)
    seen, after = [], None
    for _page in range(10):
        with shop.database.unit(shop.tenant.id) as uow:
            filters = Filters(tab=tab, everybody=everybody, after=after)
            page = listing.listed(uow, shop.jonas.user_id, filters, size=3)
        seen += [item.request.title for item in page.items]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == [f"R{number}" for number in range(7)]


def test_a_search_looks_through_a_bounded_number_of_rows_and_goes_on_behind_them(shop, monkeypatch):
    monkeypatch.setattr(listing, "WINDOW", 3)
    due_at = due_in(shop, hours=5)
    for number in range(8):
        shop.ask(title="Needle" if number in (4, 7) else "Hay", due_at=due_at + timedelta(minutes=number))
    browser = shop.browser(shop.jonas)
    page, seen, pages = browser.get("/inbox?q=needle"), [], 1
    assert "None of the first 3 matches. There are more." in page.text
    while link := re.search(r'href="([^"]*after=[^"]*)"', page.text):
        page = browser.get(unescape(link[1]))
        seen += titles(page)
        pages += 1
    assert seen == ["Needle", "Needle"]
    assert pages == 3


@pytest.mark.parametrize("cursor", ["x", "!!!", "MjAyNnxub3Q=", "A" * 500])
def test_a_cursor_that_is_none_starts_at_the_beginning(shop, cursor):
    shop.ask(title="Here")
    assert titles(shop.browser(shop.jonas).get(f"/inbox?after={cursor}")) == ["Here"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/inbox", "Nothing waits for you"),
        ("/inbox?tab=snoozed", "Nothing is snoozed"),
        ("/inbox?tab=done", "Nothing is done yet"),
        ("/inbox?tab=nonsense", "Nothing waits for you"),
    ],
)
def test_empty_places_say_what_they_are_for(shop, address, words):
    assert words in shop.browser(shop.jonas).get(address).text


def test_groups_are_made_changed_and_deleted(shop):
    admin = shop.browser(shop.tenant["admin"])
    members = [str(shop.jonas.user_id), str(shop.lena.user_id)]
    made = admin.post("/settings/groups", data=MultiDict({"name": "Refund team", "members": members}))
    assert made.status_code == 302
    page = admin.get("/settings/groups").text
    assert "Refund team" in page
    assert "Jonas Weber, Lena Vogt" in page
    link = re.search(r'href="(/settings/groups/[^"]+)"', page)[1]
    form = admin.get(link).text
    assert form.count("checked") == 2
    changed = MultiDict({"name": "Refunds", "members": members[:1]})
    assert admin.post(link, data=changed).status_code == 302
    page = admin.get("/settings/groups").text
    assert "Lena Vogt" not in page[page.index("<table") : page.index("</table")]
    assert admin.post(f"{link}/delete").status_code == 302
    assert "No groups yet" in admin.get("/settings/groups").text


@pytest.mark.parametrize("name", ["", "x" * 81, "refund TEAM"])
def test_a_bad_group_name_is_refused_at_its_field(shop, name):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    admin = shop.browser(shop.tenant["admin"])
    answer = admin.post("/settings/groups", data={"name": name})
    assert answer.status_code in (409, 422)
    assert 'aria-invalid="true"' in answer.text


def test_only_people_who_can_decide_join_a_group(shop):
    admin = shop.browser(shop.tenant["admin"])
    auditor = str(shop.tenant["auditor"].user_id)
    answer = admin.post("/settings/groups", data={"name": "Team", "members": auditor})
    assert answer.status_code == 422
    builder = shop.browser(shop.tenant["builder"])
    assert "Make the group" not in builder.get("/settings/groups").text
    assert builder.post("/settings/groups", data={"name": "Team"}).status_code == 403
    assert shop.browser(shop.jonas).get("/settings/groups").status_code == 403
