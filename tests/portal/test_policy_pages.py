"""Settings, Approval policies: made, edited, refused with the field, deleted, with plain fields."""

from datetime import timedelta

from studio.approvals.policies import service as policies
from tests.approvals.test_policy_applying import ask
from tests.factories.approvals import make_group, share_of
from tests.factories.policies import change_policy, make_policy

HERE = "/settings/policies"


def admin(shop):
    return shop.browser(shop.tenant["admin"])


def fields(**changed):
    plain = {
        "name": "Refunds over 500", "seen": "1", "deciders-0-approvers": "group:Refund team",
        "deciders-0-need": "any_one", "deciders-0-declines": "1", "due_in-amount": "4", "due_in-unit": "hours",
        "due_in-calendar": "", "remind_before-unit": "hours", "remind_before-calendar": "",
    }  # fmt: skip
    return {name: value for name, value in (plain | changed).items() if value is not None}


def rule(shop, policy_id=None):
    with shop.database.unit(shop.tenant.id) as uow:
        [row] = policies.every(uow) if policy_id is None else [policies.get(uow, policy_id)]
        return row.rule, row.version


def test_one_is_made_from_an_empty_page_that_says_what_it_is_for(shop):
    browser = admin(shop)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    assert "A policy says once who decides" in browser.get(HERE).text
    assert 'href="/settings/policies/new"' in browser.get(HERE).text
    form = browser.get(f"{HERE}/new").text
    assert 'value="group:Refund team"' in form
    more = browser.post(HERE, data=fields(more="yes"))
    assert (more.status_code, more.text.count("Who else has to agree")) == (200, 1)
    assert 'value="Refunds over 500"' in more.text
    sent = fields(**{
        "deciders-0-need": "at_least", "deciders-0-number": "2", "deciders-1-when": "afterwards",
        "deciders-1-name": "Legal", "deciders-1-approvers": f"user:{shop.tenant['owner'].email}",
        "deciders-1-need": "any_one", "deciders-1-declines": "1", "deciders-2-need": "any_one",
    })  # fmt: skip
    answer = browser.post(HERE, data=sent)
    assert answer.status_code == 302
    kept, version = rule(shop)
    assert (kept["number"], kept["also"][0]["name"], kept["due_in"]["amount"], version) == (2, "Legal", 4, 1)
    assert len(kept["also"]) == 1  # the third block holds nobody
    page = browser.get(answer.location).text
    assert "no workflow yet" in page
    assert "At least 2 of Refund team, then any one of" in browser.get(HERE).text


def test_an_edit_is_kept_and_a_second_one_of_the_same_version_is_not(shop):
    browser = admin(shop)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    policy_id = make_policy(shop.database, shop.tenant, shop.jonas)
    here = f"{HERE}/{policy_id}"
    assert browser.post(here, data=fields()).status_code == 302
    assert rule(shop)[1] == 2
    late = browser.post(here, data=fields(**{"deciders-0-approvers": f"user:{shop.lena.email}"}))
    assert late.status_code == 409
    assert "edited this policy since you opened it" in late.text
    assert rule(shop)[0]["approvers"] == ["group:Refund team"]


def test_levels_are_added_by_a_button_and_kept(shop):
    browser = admin(shop)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    first = browser.post(HERE, data=fields(level="yes"))
    assert (first.status_code, "Level 1" in first.text, "Level 2" in first.text) == (200, True, False)
    levels = {
        "escalate-0-after-amount": "2", "escalate-0-after-unit": "hours", "escalate-0-targets": "group:Refund team",
        "escalate-0-mode": "one_of_them_in_turn", "escalate-0-before": "can_still_decide", "escalate-1-mode":
        "everyone", "escalate-1-before": "can_still_decide", "repeat": "1", "at_last": "decline",
        "acknowledge_for-unit": "hours", "at_last_after-unit": "hours", "fallback": f"user:{shop.lena.email}",
    }  # fmt: skip
    answer = browser.post(HERE, data=fields(**levels))
    assert answer.status_code == 302
    kept = rule(shop)[0]
    [level] = kept["escalate"]  # the second one is empty
    assert (level["after"]["amount"], level["targets"], level["mode"]) == (
        2, ["group:Refund team"], "one_of_them_in_turn",
    )  # fmt: skip
    assert (kept["repeat"], kept["at_last"], kept["fallback"]) == (1, "decline", [f"user:{shop.lena.email}"])
    page = browser.get(answer.location).text
    assert "Level 1" in page
    assert 'name="escalate-0-after-amount" type="number" value="2"' in page
    for changed, said in (
        ({"escalate-1-targets": "group:Refund team"}, "This field is required"),
        ({"escalate-0-targets": "group:Gone"}, "There is no group “Gone”"),
        ({"at_last": "go_on_waiting", "at_last_after-amount": "3"}, "Say what happens then"),
    ):
        refused = browser.post(HERE, data=fields(name="Other", **(levels | changed)))
        assert (refused.status_code, said in refused.text) == (422, True), changed


def test_what_is_refused_says_why_beside_its_field_and_stores_nothing(shop, everything):
    browser = admin(shop)
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas])
    before = everything()
    for changed, said in (
        ({"deciders-0-approvers": None}, "Name who decides"),
        ({"deciders-0-approvers": "group:Gone"}, "There is no group “Gone”"),
        ({"deciders-0-need": "at_least"}, "Say how many"),
        ({"due_in-unit": "working_days", "due_in-calendar": "Moon"}, "There is no calendar “Moon”"),
        ({"name": ""}, "Give the policy a name"),
        ({"due_in-amount": "many"}, "Not a valid integer"),
    ):
        answer = browser.post(HERE, data=fields(**changed))
        assert (answer.status_code, said in answer.text) == (422, True), changed
    assert everything() == before


def test_a_policy_is_deleted_and_builders_only_read(shop):
    policy_id = make_policy(shop.database, shop.tenant, shop.jonas)
    page = shop.browser(shop.tenant["builder"]).get(f"{HERE}/{policy_id}").text
    assert "Any one of" in page
    assert "Delete the policy" not in page
    answer = admin(shop).post(f"{HERE}/{policy_id}/delete", follow_redirects=True)
    assert "The policy is gone" in answer.text
    assert "No policies yet" in answer.text


def test_a_dry_run_shows_dates_by_the_readers_clock_and_refuses_past_ones(shop):
    make_group(shop.database, shop.tenant, "Refund team", [shop.jonas, shop.lena])
    hour = {"amount": 1, "unit": "hours"}
    policy_id = make_policy(
        shop.database, shop.tenant, "group:Refund team", need="everybody", due_in={"amount": 4, "unit": "hours"},
        escalate=[{"after": hour, "targets": [f"user:{shop.tenant['owner'].email}"]}],
    )  # fmt: skip
    browser, here = shop.browser(shop.tenant["builder"]), f"{HERE}/{policy_id}/dry-run"
    assert f'href="{here}"' in browser.get(f"{HERE}/{policy_id}").text
    page = browser.get(here).text
    for said in ("All of Refund team: 2 people", "level 1", "The time is up", f"{shop.jonas.name} (Refund team)"):
        assert said in page
    alone = browser.get(here, query_string={"requester": shop.jonas.email}).text
    assert f"{shop.jonas.name} (Refund team)" not in alone
    for at, said in (("2020-01-01T08:00", "not past"), ("soon", "Choose a date and a time")):
        refused = browser.get(here, query_string={"at": at})
        assert (refused.status_code, said in refused.text) == (422, True), at
    with shop.database.unit(shop.tenant.id) as uow:
        day = (uow.now + timedelta(days=30)).date()
    later = browser.get(here, query_string={"at": f"{day}T08:00"})
    assert (later.status_code, f'value="{day}T08:00"' in later.text) == (200, True)


def test_what_is_open_follows_an_edited_policy_where_somebody_chooses_it(shop):
    browser = admin(shop)
    policy_id = make_policy(shop.database, shop.tenant, shop.jonas)
    here = f"{HERE}/{policy_id}/open"
    first, second = (
        ask(shop.database, shop.tenant, policy_id, ("any", [shop.jonas]), title=f"Asked {n}") for n in "12"
    )
    assert "Nothing to apply" in browser.get(here).text
    change_policy(shop.database, shop.tenant, policy_id, shop.lena)
    assert f'href="{here}"' in browser.get(f"{HERE}/{policy_id}").text
    page = browser.get(here).text
    assert all(word in page for word in ("Asked 1", "Asked 2", "Lena Vogt", "Jonas Weber", "stays open"))
    assert "Choose the requests" in browser.post(here, data={"shown": "2"}, follow_redirects=True).text
    late = browser.post(here, data={"shown": "1", "pick": [str(first)]}, follow_redirects=True).text
    assert "Nothing was applied" in late
    done = browser.post(here, data={"shown": "2", "pick": [str(first)]}, follow_redirects=True).text
    assert ("1 request follows the policy now" in done, "Asked 1" in done, "Asked 2" in done) == (True, False, True)
    assert "Asked 1" in shop.mail_to(shop.lena).subject
    assert "No longer yours to decide" in shop.mail_to(shop.jonas).subject
    assert share_of(shop.database, shop.tenant, second, shop.jonas).state == "open"
