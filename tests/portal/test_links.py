"""E-mail links: they find, they prove nothing, and following one changes nothing."""

import base64
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select, update

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Decision, Link, LinkCode
from studio.core import clock
from tests.factories.accounts import make_tenant
from tests.factories.approvals import TITLE, share_of, shown

SECRET_WORDS = ("420", "Anna", "Keller", "6021", "Refund", "damaged", "Jonas", "Lena", "jonas")


def shows_nothing(answer):
    main = answer.text[answer.text.index("<main") :]
    # Digits of an id or a token are nobody's amount.
    main = re.sub(r'(href|action|value)="[^"]*"', "", main)
    return not any(word in main for word in SECRET_WORDS)


def open_by_code(shop, person, link):
    """The whole way of somebody without a password."""
    browser = shop.browser()
    browser.get(link)
    sent = browser.post(f"{link}/code")
    assert sent.status_code == 302
    return browser, browser.post(f"{link}/code/check", data={"code": shop.code_of(person)})


def decide(shop, browser, request_id, outcome="approved", comment="Fine."):
    seen = shown(shop.database, shop.tenant, request_id)
    data = {"outcome": outcome, "comment": comment, "shown": seen}
    return browser.post(f"/a/decision/{request_id}", data=data)


def test_a_link_shows_neither_amount_nor_name_before_its_reader_is_known(shop):
    shop.ask()
    answer = shop.browser().get(shop.link_of(shop.jonas))
    assert answer.status_code == 200
    assert shows_nothing(answer)
    assert "Send me a six-digit code" in answer.text
    assert "/sign-in" in answer.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_following_a_link_changes_nothing(shop, everything, method):
    shop.ask()
    link = shop.link_of(shop.jonas)
    before = everything()
    for _visit in range(3):
        assert shop.browser().open(link, method=method).status_code == 200
    assert everything() == before


def test_a_link_does_not_travel(shop):
    request_id = shop.ask()
    link = shop.link_of(shop.jonas)
    browser, _opened = open_by_code(shop, shop.jonas, link)
    for address in (link, f"/a/decision/{request_id}", "/a/" + "x" * 64):
        headers = browser.get(address).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_the_mail_carries_no_way_to_decide(shop):
    shop.ask()
    mail = shop.mail_to(shop.jonas)
    assert TITLE in mail.subject
    assert "Order: 6021" in mail.text
    addresses = re.findall(r"http\S+", mail.text)
    assert len(addresses) == 1
    assert "approve" not in addresses[0]


def test_a_code_opens_the_decision_in_the_browser_that_asked_for_it(shop):
    request_id = shop.ask()
    browser, opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    assert opened.location == f"/a/decision/{request_id}"
    page = browser.get(opened.location).text
    assert TITLE in page
    assert "Nordlicht Store" in page
    assert '<nav class="nav"' not in page
    answer = decide(shop, browser, request_id)
    assert answer.status_code == 302
    assert "Jonas Weber approved this on" in browser.get(answer.location).text
    with shop.database.unit(shop.tenant.id) as uow:
        assert uow.session.scalars(select(Decision)).one().channel == "mail_link"
    assert shop.heard.ends[0].by_email == shop.jonas.email


def test_the_code_is_worth_nothing_in_another_browser(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    asked, other = shop.browser(), shop.browser()
    asked.post(f"{link}/code")
    code = shop.code_of(shop.jonas)
    assert other.post(f"{link}/code/check", data={"code": code}).status_code == 422
    other.post(f"{link}/code")
    shop.run_jobs()
    again = other.post(f"{link}/code/check", data={"code": code})
    assert again.status_code == 422
    assert asked.post(f"{link}/code/check", data={"code": code}).status_code == 422


def test_the_code_goes_to_the_assignee_whoever_asks_for_it(shop):
    """A forwarded link lets its finder ask for a code, which lands in the right mailbox."""
    shop.ask()
    link = shop.link_of(shop.jonas)
    shop.browser().post(f"{link}/code", data={"email": "mallory@example.com"})
    shop.run_jobs()
    assert {mail.to for mail in shop.mailer.sent.values()} == {(shop.jonas.email,), (shop.lena.email,)}
    code_mail = [mail for mail in shop.mailer.sent.values() if "code" in mail.key]
    assert [mail.to for mail in code_mail] == [(shop.jonas.email,)]
    assert not any(word in code_mail[0].text for word in ("420", "Anna", "Refund"))


def test_five_wrong_codes_lock_the_link_for_good(shop):
    request_id = shop.ask()
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    browser.post(f"{link}/code")
    right = shop.code_of(shop.jonas)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    answers = [browser.post(f"{link}/code/check", data={"code": wrong}) for _try in range(5)]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 429]
    assert "Too many wrong codes" in answers[-1].text
    assert shows_nothing(answers[-1])
    locked = browser.post(f"{link}/code/check", data={"code": right})
    assert locked.status_code == 429
    assert browser.post(f"{link}/code").status_code == 429
    assert shop.browser().post(f"{link}/code").status_code == 429
    with shop.database.unit(shop.tenant.id) as uow:
        assert sorted(uow.session.scalars(select(Link.wrong_codes))) == [0, 5]
    assert shop.browser(shop.jonas).get(f"/approvals/{request_id}").status_code == 200


def test_asking_for_another_code_gives_no_new_guesses(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    for _round in range(4):
        browser.post(f"{link}/code")
        browser.post(f"{link}/code/check", data={"code": "000000"})
    browser.post(f"{link}/code")
    code = shop.code_of(shop.jonas)
    if code != "000000":
        assert browser.post(f"{link}/code/check", data={"code": "000000"}).status_code == 429


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "abcdef", "\uff11\uff12\uff13\uff14\uff15\uff16", "' or 1=1 --"]
)
def test_what_is_no_code_is_not_even_counted(shop, typed):
    shop.ask()
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    browser.post(f"{link}/code")
    assert browser.post(f"{link}/code/check", data={"code": typed}).status_code == 422
    with shop.database.unit(shop.tenant.id) as uow:
        assert sum(uow.session.scalars(select(Link.wrong_codes))) == 0


def test_an_old_code_is_refused(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    browser.post(f"{link}/code")
    code = shop.code_of(shop.jonas)
    clock.shift(timedelta(minutes=11))
    answer = browser.post(f"{link}/code/check", data={"code": code})
    assert answer.status_code == 410
    assert shows_nothing(answer)


def test_a_code_works_once(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    browser, _opened = open_by_code(shop, shop.jonas, link)
    code = shop.code_of(shop.jonas)
    other = shop.browser()
    assert other.post(f"{link}/code/check", data={"code": code}).status_code == 410
    assert browser.post(f"{link}/code/check", data={"code": code}).status_code == 410


def test_only_hashes_are_stored(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    browser = shop.browser()
    browser.post(f"{link}/code")
    code = shop.code_of(shop.jonas)
    with shop.database.unit(shop.tenant.id) as uow:
        hashes = list(uow.session.scalars(select(Link.token_hash)))
        codes = list(uow.session.scalars(select(LinkCode.code_hash)))
    assert link.removeprefix("/a/") not in hashes
    assert code not in codes


MUTATIONS = {
    "shorter": lambda token: token[:-1],
    "longer": lambda token: token + "A",
    "last letter": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "case": lambda token: token.swapcase(),
    "empty bytes": lambda _token: "A" * 64,
    "workspace only": lambda token: token[:22] + "A" * 42,
    "space before": lambda token: f"%20{token}",
    "path before": lambda token: f"..%2f{token}",
}


@pytest.mark.parametrize("change", MUTATIONS.values(), ids=MUTATIONS.keys())
def test_a_token_in_any_other_form_leads_nowhere(shop, change):
    shop.ask()
    token = shop.link_of(shop.jonas).removeprefix("/a/")
    answer = shop.browser().get(f"/a/{change(token)}")
    assert answer.status_code == 404
    for word in SECRET_WORDS:
        assert word not in answer.text


def test_a_second_person_signed_in_sees_nothing_and_cannot_use_it(shop):
    request_id = shop.ask(shop.jonas)
    link = shop.link_of(shop.jonas)
    lena = shop.browser(shop.lena)
    answer = lena.get(link)
    assert "sent to somebody else" in answer.text
    assert not any(word in answer.text for word in ("420", "Anna", "Keller", "6021"))
    assert lena.post(f"{link}/code").location == link
    assert lena.get(f"/approvals/{request_id}").status_code == 404
    assert lena.get(f"/a/decision/{request_id}").status_code == 404


def test_the_assignee_signed_in_goes_straight_to_the_decision(shop):
    request_id = shop.ask()
    answer = shop.browser(shop.jonas).get(shop.link_of(shop.jonas))
    assert answer.location == f"/approvals/{request_id}"


def test_signing_in_from_the_link_leads_to_the_decision(shop):
    request_id = shop.ask()
    page = shop.browser().get(shop.link_of(shop.jonas)).text
    assert f"next=/approvals/{request_id}" in page


def test_a_mailbox_session_opens_nothing_else(shop):
    """Even the owner's: a code in a mailbox is no sign-in."""
    owner = shop.tenant["owner"]
    request_id = shop.ask(owner)
    browser, _opened = open_by_code(shop, owner, shop.link_of(owner))
    assert browser.get(f"/a/decision/{request_id}").status_code == 200
    for address in ("/inbox", "/settings", f"/approvals/{request_id}", "/settings/people"):
        assert (browser.get(address).location or "").startswith("/sign-in")
    other = shop.ask(shop.lena)
    assert browser.get(f"/a/decision/{other}").status_code in (200, 404)
    assert decide(shop, browser, other).status_code in (403, 404)
    assert shop.heard.ends == []


def test_an_approvers_mailbox_session_sees_only_their_own(shop):
    shop.ask(shop.jonas)
    other = shop.ask(shop.lena)
    browser, _opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    assert browser.get(f"/a/decision/{other}").status_code == 404
    assert decide(shop, browser, other).status_code == 404


def test_a_mailbox_session_ends_after_an_hour(shop):
    request_id = shop.ask()
    browser, _opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    clock.shift(timedelta(minutes=61))
    assert browser.get(f"/a/decision/{request_id}").status_code == 404
    assert decide(shop, browser, request_id).status_code == 404
    assert shop.heard.ends == []


def test_a_seat_disabled_in_mid_flow_decides_nothing(shop):
    request_id = shop.ask()
    browser, _opened = open_by_code(shop, shop.jonas, shop.link_of(shop.jonas))
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)
    answer = decide(shop, browser, request_id)
    assert answer.status_code in (403, 404)
    assert TITLE not in answer.text
    assert shop.heard.ends == []


def test_a_disabled_seat_gets_no_code(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.disable(uow, shop.jonas.seat_id)
    assert shop.browser().post(f"{link}/code").status_code == 410


def test_a_link_dies_with_the_decision_and_tells_only_the_known(shop):
    request_id = shop.ask()
    jonas_link, lena_link = shop.link_of(shop.jonas), shop.link_of(shop.lena)
    browser, _opened = open_by_code(shop, shop.jonas, jonas_link)
    with shop.database.unit(shop.tenant.id, shop.lena.actor) as uow:
        seen = shown(shop.database, shop.tenant, request_id)
        service.decline(uow, request_id, shown=seen, reason="Period is over")
    for link in (jonas_link, lena_link):
        stranger = shop.browser().get(link)
        assert "This link has ended" in stranger.text
        assert shows_nothing(stranger)
        assert shop.browser().post(f"{link}/code").status_code == 410
    known = browser.get(browser.get(jonas_link).location).text
    assert "Lena Vogt declined this on" in known
    assert "Period is over" in known
    refused = decide(shop, browser, request_id)
    assert refused.status_code == 409
    assert "Lena Vogt declined this on" in refused.text


def test_a_link_dies_with_the_hand_over(shop):
    request_id = shop.ask(shop.jonas)
    link = shop.link_of(shop.jonas)
    browser, _opened = open_by_code(shop, shop.jonas, link)
    share = share_of(shop.database, shop.tenant, request_id, shop.jonas)
    with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
        service.reassign(uow, share.id, shop.lena.user_id)
    assert "This link has ended" in shop.browser().get(link).text
    assert decide(shop, browser, request_id).status_code == 409
    assert shop.link_of(shop.lena) != link
    assert shop.heard.ends == []


def test_a_link_expires_with_the_deadline(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        due_at = uow.now + timedelta(hours=1)
    shop.ask(due_at=due_at)
    link = shop.link_of(shop.jonas)
    clock.shift(timedelta(hours=1, seconds=1))
    answer = shop.browser().get(link)
    assert "This link has ended" in answer.text
    assert shows_nothing(answer)
    assert shop.browser().post(f"{link}/code").status_code == 410


def test_a_link_without_a_deadline_ends_after_a_month(shop):
    shop.ask()
    link = shop.link_of(shop.jonas)
    clock.shift(timedelta(days=31))
    assert "This link has ended" in shop.browser().get(link).text


def test_another_tenants_token_finds_nothing_here(shop):
    """The token names its workspace; its hash must lie in that workspace too."""
    shop.ask()
    token = shop.link_of(shop.jonas).removeprefix("/a/")
    other = make_tenant(shop.database)
    raw = base64.urlsafe_b64decode(token)
    moved = base64.urlsafe_b64encode(other.id.bytes + raw[16:]).decode()
    assert shop.browser().get(f"/a/{moved}").status_code == 404


def test_posts_without_the_pages_token_are_refused(shop):
    request_id = shop.ask()
    link = shop.link_of(shop.jonas)
    browser, _opened = open_by_code(shop, shop.jonas, link)
    forged = browser.post(f"/a/decision/{request_id}", data={"outcome": "approved"}, forge=True)
    assert forged.status_code == 403
    assert browser.post(f"{link}/code", forge=True).status_code == 403
    cross = browser.post(f"{link}/code", headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403
    assert shop.heard.ends == []


@pytest.mark.parametrize("path", ["/code", "/code/check"])
def test_a_browser_that_hides_its_referrer_can_still_post(shop, path):
    """Under no-referrer a browser sends `Origin: null` even to its own page's site."""
    shop.ask()
    link = shop.link_of(shop.jonas)
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    browser = shop.browser()
    answer = browser.post(f"{link}{path}", data={"code": "123456"}, headers=headers)
    assert answer.status_code != 403
    evil = {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    assert browser.post(f"{link}{path}", headers=evil).status_code == 403


class Scanner(HTMLParser):
    """Collects what a mail scanner would follow: links, and forms where it also posts."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        if tag == "form":
            self.forms.append(given.get("action", ""))


def test_a_scanner_that_follows_every_link_changes_nothing(shop, everything):
    shop.ask()
    start = shop.link_of(shop.jonas)
    before = everything()
    browser, seen, todo = shop.browser(), set(), [start]
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        scanner = Scanner()
        scanner.feed(browser.get(address).text)
        todo += scanner.links
    assert everything() == before
    assert shop.heard.ends == []


def test_a_scanner_that_posts_forms_reaches_no_decision(shop):
    """The worst kind runs scripts and presses buttons: it can ask for a code, and read none."""
    request_id = shop.ask()
    browser = shop.browser()
    scanner = Scanner()
    scanner.feed(browser.get(shop.link_of(shop.jonas)).text)
    assert scanner.forms
    assert not any("decision" in form for form in scanner.forms)
    for form in scanner.forms:
        browser.post(form)
    assert browser.get(f"/a/decision/{request_id}").status_code == 404
    assert shop.heard.ends == []


def test_a_reminder_brings_a_fresh_link_and_only_to_the_open(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        due_at, remind_at = uow.now + timedelta(hours=4), uow.now + timedelta(hours=3)
    shop.ask(due_at=due_at, remind_at=remind_at)
    first = shop.link_of(shop.jonas)
    clock.shift(timedelta(hours=3, seconds=1))
    shop.run_jobs()
    reminder = shop.mail_to(shop.jonas)
    assert reminder.subject.startswith("Reminder: ")
    assert shop.link_of(shop.jonas) != first
    assert shop.browser().get(first).status_code == 200
    clock.shift(timedelta(hours=1))
    shop.run_jobs()
    assert [ended.outcome for ended in shop.heard.ends] == ["expired"]


def test_nobody_is_reminded_or_mailed_after_the_end(shop):
    with shop.database.unit(shop.tenant.id) as uow:
        due_at, remind_at = uow.now + timedelta(hours=4), uow.now + timedelta(hours=3)
    request_id = shop.ask(due_at=due_at, remind_at=remind_at, requester="mira@example.com")
    with shop.database.unit(shop.tenant.id, shop.jonas.actor) as uow:
        seen = shown(shop.database, shop.tenant, request_id)
        service.approve(uow, request_id, shown=seen, reason="Checked")
    clock.shift(timedelta(hours=5))
    shop.run_jobs()
    told, lena = shop.mailer.sent.values()
    assert (told.to, lena.to) == (("mira@example.com",), (shop.lena.email,))
    assert lena.subject == told.subject
    assert told.subject == f"Approved: {TITLE}"
    assert "Jonas Weber approved it." in told.text
    assert "Checked" in told.text
    assert len(shop.heard.ends) == 1


def test_a_title_with_line_breaks_makes_no_header(shop):
    shop.ask(title="Refund\r\nBcc: everybody@example.com")
    assert "\n" not in shop.mail_to(shop.jonas).subject


def test_a_person_whose_role_was_taken_gets_no_mail(shop):
    shop.ask()
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        members.change_role(uow, shop.jonas.seat_id, Role.AUDITOR)
    shop.run_jobs()
    assert {mail.to for mail in shop.mailer.sent.values()} == {(shop.lena.email,)}


def test_the_links_last_row_is_found_by_update_of_the_right_tenant_only(shop):
    """Killing links touches no other tenant: bulk updates carry the filter too."""
    request_id = shop.ask()
    shop.run_jobs()
    other = make_tenant(shop.database)
    with shop.database.unit(other.id) as uow:
        uow.session.execute(update(Link).values(dead_at=uow.now))
    with shop.database.unit(shop.tenant.id) as uow:
        assert set(uow.session.scalars(select(Link.dead_at))) == {None}
    assert request_id
