"""Every form of the settings: each field says its consequence, and the trail tells each change by field, in words.

A form that is new under /settings has to be entered here; a field that is new in one fails until its change is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from flask_wtf import FlaskForm
from PIL import Image

from studio.accounts.forms import LogoForm, RoleForm, SecretEditForm, WorkspaceForm
from studio.audit import listing
from studio.audit.listing import Filter
from studio.console import change_words
from studio.console.forms import LimitsForm, ReportSendingForm
from studio.core import clock
from studio.portal.forms import CalendarForm, GroupForm, ScheduleForm
from studio.portal.slack_forms import SlackForm
from tests.factories.approvals import make_group
from tests.factories.slack import make_slack_channel
from tests.factories.timetables import make_calendar, make_schedule
from tests.servers.slack import SIGNING, TOKEN

WEEK = {f"{end}-{day}-0": time for day in range(5) for end, time in (("from", "10:00"), ("to", "18:00"))}
MONTH = f"{clock.local_now():%Y-%m}"
HOOK = "https://hooks.slack.com/services/T0NEW/B02/y"


@dataclass(frozen=True)
class Edit:
    """One form: what is sent to it, and where each of its fields shows up in the trail."""

    form: type[FlaskForm]
    place: Callable[[Any], str]
    """Makes what is edited, and gives its address."""
    sent: Callable[[Any], dict[str, Any]]
    told: dict[str, str]
    """The path of the change by the field of the form."""
    said: tuple[str, ...] = ()
    """What the audit page says of it, among more."""
    secret: tuple[str, ...] = ()
    """What must stand nowhere in the trail."""
    page: str = ""
    """Where the form stands, if not at its own address."""
    bare: tuple[str, ...] = ()
    """Fields whose consequence is said by the button or the row that they stand in."""


def picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (40, 20), "red").save(made, "PNG")
    made.seek(0)
    return made


def secret_of(shop) -> str:
    with shop.database.unit(shop.tenant.id, shop.tenant["owner"].actor) as uow:
        vault = shop.app.extensions["studio_vault"]
        return f"/settings/secrets/{vault.create(uow, name='erp', value='old-value', hosts=['a.example.com']).id}"


def slack_of(shop) -> str:
    make_slack_channel(shop.app, shop.tenant)
    return "/settings/slack"


EDITS = {
    "accounts.settings_post": Edit(
        WorkspaceForm, lambda _shop: "/settings",
        lambda _shop: {"name": "Nordlicht", "currency": "USD", "time_zone": "UTC", "locale": "de",
                       "retention_days": "120", "approver_seats": "12"},
        {name: name for name in ("name", "currency", "time_zone", "locale", "retention_days", "approver_seats")},
        ("Name Nordlicht Store → Nordlicht", "Currency EUR → USD", "Time zone Europe/Berlin → UTC",
         "Language, dates and numbers en → de", "Keep runs for, in days 90 → 120", "Approver seats, at most 50 → 12"),
    ),
    "accounts.logo_post": Edit(
        LogoForm, lambda _shop: "/settings/logo", lambda _shop: {"logo": (picture(), "mark.png")}, {"logo": "logo"},
        ("Logo nothing → mark.png (",), page="/settings",
    ),
    "console.limits_post": Edit(
        LimitsForm, lambda _shop: "/settings/limits", lambda _shop: {"at_once": "5", "starts": "60", "per_s": "30"},
        {name: name for name in ("at_once", "starts", "per_s")},
        ("Runs at once, at most nothing → 5", "Starts nothing → 60", "In seconds nothing → 30"),
    ),
    "portal.slack_post": Edit(
        SlackForm, slack_of,
        lambda _shop: {"mode": "webhook", "webhook": HOOK, "signing": "another-signing-secret"},
        {"mode": "mode", "channel": "channel", "webhook": "webhook", "signing": "signing", "every": "every",
         "token": "webhook"},
        ("Post by bot → webhook", "Channel #approvals → hooks.slack.com", "Post every approval yes → no",
         "Signing secret replaced; what it is stays secret"),
        (HOOK, "another-signing-secret", TOKEN, SIGNING),
    ),
    "portal.change_calendar": Edit(
        CalendarForm, lambda shop: f"/settings/calendars/{make_calendar(shop.database, shop.tenant)}",
        lambda _shop: WEEK | {"name": "Longer hours", "time_zone": "Europe/Paris", "holidays": "12-24 Closed"},
        {name: name for name in ("name", "time_zone", "week", "holidays")},
        ("Name Office hours → Longer hours", "Time zone Europe/Berlin → Europe/Paris", "12-24 Closed"),
    ),
    "portal.change_schedule": Edit(
        ScheduleForm, lambda shop: f"/settings/on-call/{make_schedule(shop.database, shop.tenant, [shop.jonas])}",
        lambda shop: {"name": "Nights", "time_zone": "Europe/Paris", "starts": "2026-03-03T10:00", "length": "3",
                      "unit": "1", "people-0": str(shop.lena.user_id)},
        {"name": "name", "time_zone": "time_zone", "starts": "starts", "length": "days", "unit": "days",
         "people": "people"},
        ("→ Nights", "Days of a turn 7 → 3"),
    ),
    "portal.change_group": Edit(
        GroupForm, lambda shop: f"/settings/groups/{make_group(shop.database, shop.tenant, 'Refunds', [shop.jonas])}",
        lambda shop: {"name": "Money back", "members": [str(shop.lena.user_id)]},
        {"name": "name", "members": "members"}, ("Name Refunds → Money back", "Members added: "),
    ),
    "accounts.replace_secret": Edit(
        SecretEditForm, secret_of, lambda _shop: {"value": "new-value", "hosts": "b.example.com"},
        {"value": "value", "hosts": "hosts"},
        ("Value replaced; what it is stays secret", "Hosts it may be sent to added: b.example.com"),
        ("old-value", "new-value"),
    ),
    "accounts.change_role": Edit(
        RoleForm, lambda shop: f"/settings/people/{shop.jonas.seat_id}/role", lambda _shop: {"role": "builder"},
        {"role": "role"}, ("Seat approver → builder",), page="/settings/people", bare=("role",),
    ),
    "console.report_sending": Edit(
        ReportSendingForm, lambda _shop: f"/reports/{MONTH}/sending",
        lambda shop: {"roles": ["owner"], "people": [str(shop.lena.user_id)], "day": "5", "hour": "9"},
        {name: name for name in ("roles", "people", "day", "hour")},
        ("Everybody who is added: owner", "People added: ", "Hour 7 → 9"), page=f"/reports/{MONTH}",
    ),
}  # fmt: skip

ELSEWHERE = {
    "portal.change_policy": "tests/approvals/test_policies.py: approval_policy.changed",
    "portal.publish_matrix": "tests/approvals/matrices: approval_matrix.published",
    "guard.change_protection_policy": "tests/guard: guard_policy.changed",
    "guard.change_protected_setting": "tests/guard: protected_setting.changed",
    "accounts.provider_post": "tests/accounts/federation/test_setting_up.py: sign_in_provider.updated",
    "console.retention_post": "tests/runtime/test_retention_rules.py: workspace.retention_changed",
    "console.retention_of_post": "tests/runtime/test_retention_rules.py: workspace.retention_changed",
    "portal.change_alert_rule": "tests/portal/test_alert_rule_pages.py",
    "portal.alert_rule_earlier": "tests/portal/test_alert_rule_pages.py: the order of rules",
    "console.archive_post": "tests/runtime/test_archive.py: workspace.archive_changed",
    "console.archive_try": "tries a place, keeps nothing",
    "console.erasures_post": "tests/api/test_erasures.py: what is looked for is nobody's to read",
    "console.erasure_confirm": "tests/api/test_erasures.py",
    "export.edit_post": "tests/export: export.configured",
    "portal.add_public_holidays": "by the service of portal.change_calendar",
    "portal.save_matrix": "a draft, by which nobody asks until it is published",
    "portal.save_matrix_columns": "a draft", "portal.import_matrix": "a draft",
}  # fmt: skip
"""Documents of many parts, whose differences have tests of their own."""

VERBS = (
    "create", "delete", "remove", "start", "stop", "call_off", "move", "make_default", "revoke", "grant", "withdraw",
    "discard", "retry", "pause", "replay", "resume", "test", "plan", "cancel", "apply", "invite", "disable", "enable",
    "leave", "check", "reset", "retire", "freeze", "override", "change_reviewer",
)  # fmt: skip
"""What other addresses do: they make, end or begin something, whose event is the whole of it."""


def verb(endpoint: str) -> bool:
    name = endpoint.partition(".")[2]
    return any(name == one or name.startswith(f"{one}_") or name.endswith(f"_{one}") for one in VERBS)


def test_every_form_of_the_settings_is_known_here(app):
    posts = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and str(rule).startswith(("/settings", "/reports"))
    }
    assert {one for one in posts if one not in EDITS and one not in ELSEWHERE and not verb(one)} == set()
    assert (set(EDITS) | set(ELSEWHERE)) - posts == set()


@pytest.mark.parametrize("endpoint", EDITS)
def test_each_field_says_what_it_does_and_its_change_is_told_in_words(shop, endpoint):
    edit, browser = EDITS[endpoint], shop.browser(shop.tenant["owner"])
    place = edit.place(shop)
    with shop.app.test_request_context():
        fields = set(edit.form()._fields) - {"csrf_token"}
    assert fields == set(edit.told)
    _explained(browser.get(edit.page or place).text, fields - set(edit.bare))
    browser.post("/audit/verify")
    before = _events(shop)[0]["seq"]
    assert _sent(edit, shop, browser, place).status_code in (302, 303)
    told = [event for event in _events(shop) if event["seq"] > before]
    changed = {change["path"] for event in told for change in event["changes"]}
    assert changed == set(edit.told.values())
    assert [path for path in changed if path not in change_words.LABELS] == []
    with shop.app.test_request_context():
        lines = "; ".join(f"{line.label} {line.words}" for event in told for line in change_words.lines(event))
    assert [one for one in edit.said if one not in lines] == []
    assert [one for one in edit.secret if one in str(told)] == []
    if not edit.secret:
        newest = _events(shop)[0]["seq"]
        _sent(edit, shop, browser, place)
        assert [one["changes"] for one in _events(shop) if one["seq"] > newest and one["changes"]] == []


def test_the_audit_page_shows_them_below_its_sentence(shop):
    browser = shop.browser(shop.tenant["owner"])
    browser.post("/settings/limits", data={"at_once": "5"})
    page = shop.browser(shop.tenant["auditor"]).get("/audit").text
    assert "<li><b>Runs at once, at most</b> nothing → 5</li>" in page


def _sent(edit, shop, browser, place):
    return browser.post(place, data=edit.sent(shop), content_type="multipart/form-data")


def _events(shop) -> list[dict[str, Any]]:
    """Newest first, with what is said of people."""
    with shop.database.unit(shop.tenant.id) as uow:
        return list(listing.page(uow, Filter()).events)


class Explained(HTMLParser):
    """Which fields of a page have a sentence: their own (by `aria-describedby`), their label's, or their group's."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.around: list[tuple[str, list[str]]] = []
        self.found: dict[str, bool] = {}
        self.described: dict[str, list[str]] = {}
        self.ids: set[str] = set()
        self.feed(page)
        self.close()
        for name, by in self.described.items():
            self.found[name] = self.found.get(name, False) or any(one in self.ids for one in by)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("label", "fieldset"):
            self.around.append((tag, []))
        if tag == "small" and given.get("class") == "help":
            self.ids.add(given.get("id") or "")
            for _tag, names in self.around:
                self.found |= dict.fromkeys(names, True)
            self.around = [(tag, [*names, "*"]) for tag, names in self.around]
        if (name := given.get("name")) and tag in ("input", "select", "textarea"):
            self.described.setdefault(name, []).extend((given.get("aria-describedby") or "").split())
            helped = any("*" in names for _tag, names in self.around)
            self.found[name] = self.found.get(name, False) or helped
            for _tag, names in self.around:
                names.append(name)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("label", "fieldset"):
            self.around.pop()


def _explained(page: str, fields: set[str]) -> None:
    found = Explained(page).found
    for name in sorted(fields):
        starts = {"week": "from-"}.get(name, f"{name}-")
        of_it = [helped for one, helped in found.items() if one == name or one.startswith(starts)]
        assert of_it, f"no field {name}"
        assert any(of_it), f"nothing says what {name} does"
