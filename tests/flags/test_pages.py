"""Flags by their pages: made, given rules, switched, brought back, asked for."""

import re

import pytest
from sqlalchemy import select

from studio.flags.models import Flag, FlagClientKey, FlagEnvironment, FlagRollout, FlagSetting, FlagVersion
from tests.factories.accounts import make_tenant, signed_in

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
RULES = {
    "enabled": "1",
    "s.0.name": "flexibleRollout",
    "s.0.rollout": "25",
    "s.0.stickiness": "userId",
    "s.0.group": "new-checkout",
    "s.0.c.0.field": "country",
    "s.0.c.0.operator": "IN",
    "s.0.c.0.values": "DE, AT",
}


@pytest.fixture
def house(app, database):
    return make_tenant(database)


@pytest.fixture
def owner(app, house):
    return signed_in(app, house.id, house["owner"])


@pytest.fixture
def made(owner):
    answer = owner.post("/flags/new", data={"key": "new-checkout", "kind": "boolean", "purpose": "release"})
    assert answer.status_code == 302
    return "new-checkout"


def setting(database, house, environment="production"):
    with database.unit(house.id) as uow:
        query = select(FlagSetting).join(FlagEnvironment).where(FlagEnvironment.name == environment)
        return uow.session.scalar(query)


def test_a_flag_is_made_given_rules_and_explained(app, database, house, owner):
    assert "No flags yet" in owner.get("/flags").text
    wrong = owner.post("/flags/new", data={"key": "new checkout", "kind": "boolean", "purpose": "release"})
    assert wrong.status_code == 422
    assert 'id="key-error"' in wrong.text
    owner.post("/flags/new", data={"key": "new-checkout", "kind": "boolean", "purpose": "release"})
    page = owner.get("/flags/new-checkout").text
    assert page.count("No rule: whoever asks gets it") == 2

    saved = owner.post("/flags/new-checkout/production", data={**RULES, "do": "save", "seen": "1", "note": "Go"})
    assert saved.status_code == 302
    page = owner.get("/flags/new-checkout").text
    assert "25 % by user, where country is one of DE, AT" in page
    assert "On by 1 rule" in owner.get("/flags").text
    version = owner.get("/flags/new-checkout/versions/2").text
    assert "25 % by user, where country is one of DE, AT" in version
    assert "Go" in version

    asked = "/flags/new-checkout/try?environment=production&userId=anna&properties=country+%3D+FR"
    assert "does not hold: theirs is “FR”" in owner.get(asked).text
    assert re.search(r"they stand at \d+ of 100", owner.get(asked.replace("FR", "DE")).text)


def test_rows_come_and_go_without_a_change(app, database, house, owner, made):
    more = owner.post(f"/flags/{made}/production", data={**RULES, "do": "add-constraint.0", "seen": "1"}).text
    assert 'name="s.0.c.1.field"' in more
    less = owner.post(f"/flags/{made}/production", data={**RULES, "do": "drop-strategy.0", "seen": "1"}).text
    assert 'name="s.0.name"' not in less
    assert setting(database, house) is None


def test_what_is_wrong_is_said_in_its_row_and_changes_nothing(app, database, house, owner, made):
    pattern = {"s.0.c.0.operator": "REGEX", "s.0.c.0.values": "(a+"}
    answer = owner.post(f"/flags/{made}/production", data={**RULES, **pattern, "do": "save", "seen": "1"})
    assert answer.status_code == 422
    assert "Nothing was saved yet." in answer.text
    row = answer.text[answer.text.index('<div class="condition">') :]
    assert 'class="error"' in row[: row.index('value="add-constraint.0"')]
    assert 'value="(a+"' in row, "what was typed is not lost"
    many = owner.post(f"/flags/{made}/production", data={**RULES, "s.0.rollout": "140", "do": "save", "seen": "1"})
    rule = many.text[many.text.index('id="rule-0"') :]
    assert 'class="error"' in rule[: rule.index("</fieldset>")]
    assert 'value="140"' in rule
    assert setting(database, house) is None


def test_two_who_edit_at_once_are_told(app, database, house, owner, made):
    owner.post(f"/flags/{made}/production", data={**RULES, "do": "save", "seen": "1"})
    late = owner.post(f"/flags/{made}/production", data={"do": "save", "seen": "1", "enabled": "1"})
    assert late.status_code == 409
    assert setting(database, house).strategies[0]["parameters"]["rollout"] == "25"


def test_it_is_switched_and_brought_back(app, database, house, owner, made):
    owner.post(f"/flags/{made}/production", data={**RULES, "do": "save", "seen": "1"})
    owner.post(f"/flags/{made}/production/switch", data={"to": "off", "seen": "2"})
    assert setting(database, house).enabled is False
    owner.post(f"/flags/{made}/versions/2/restore", data={"seen": "3"})
    assert setting(database, house).enabled is True
    with database.unit(house.id) as uow:
        newest = uow.session.scalar(select(FlagVersion).order_by(FlagVersion.number.desc()))
        assert (newest.number, newest.restored) == (4, 2)
    assert "Brought back version 2" in owner.get(f"/flags/{made}").text
    owner.post(f"/flags/{made}/archive")
    assert "is archived" in owner.get(f"/flags/{made}").text
    assert made not in owner.get("/flags").text
    assert made in owner.get("/flags?show=archived").text
    owner.post(f"/flags/{made}/unarchive")
    assert made in owner.get("/flags?q=check").text
    assert "No flag fits" in owner.get("/flags?q=nothing").text


def test_a_value_is_edited_as_people_write_it(app, database, house, owner):
    data = {"key": "banner", "kind": "json", "purpose": "permission", "off_value": '{"text": ""}',
            "value_schema": '{"type": "object", "required": ["text"]}'}  # fmt: skip
    owner.post("/flags/new", data=data)
    rows = {"v.0.name": "hello", "v.0.value": '{"text": "Hello"}', "enabled": "1", "do": "save", "seen": "1"}
    assert owner.post("/flags/banner/production", data=rows).status_code == 302
    assert "Hello" in owner.get("/flags/banner/try?environment=production").text
    broken = owner.post("/flags/banner/production", data={**rows, "v.0.value": "{}", "seen": "2"})
    assert broken.status_code == 422
    edited = {"description": "What the shop says", "purpose": "permission", "off_value": "nonsense", "seen": "2"}
    assert owner.post("/flags/banner/edit", data=edited).status_code == 422
    edited |= {"off_value": '{"text": "-"}', "value_schema": ""}
    assert owner.post("/flags/banner/edit", data=edited).status_code == 302
    with database.unit(house.id) as uow:
        row = uow.session.scalar(select(Flag))
        assert (row.off_value, row.value_schema, row.description) == ({"text": "-"}, None, "What the shop says")


def test_segments_are_made_used_and_brought_back(app, database, house, owner, made):
    rows = {"c.0.field": "tier", "c.0.operator": "IN", "c.0.values": "gold", "do": "save"}
    assert owner.post("/flag-segments/new", data={**rows, "name": ""}).status_code == 422
    owner.post("/flag-segments/new", data={**rows, "name": "VIP"})
    owner.post(f"/flags/{made}/production", data={**RULES, "s.0.segment.1": "1", "do": "save", "seen": "1"})
    assert setting(database, house).strategies[0]["segments"] == [1]
    page = owner.get("/flag-segments").text
    segment = re.search(r'href="(/flag-segments/[0-9a-f-]{36})"', page).group(1)
    assert "tier is one of gold" in page
    assert made in page
    owner.post(f"{segment}", data={**rows, "name": "VIP", "c.0.values": "gold, platinum", "seen": "1"})
    assert "gold, platinum" in owner.get("/flag-segments").text
    owner.post(f"{segment}/versions/1/restore", data={"seen": "2"})
    assert "platinum" not in owner.get("/flag-segments").text
    assert owner.post(f"{segment}/archive").status_code == 409


def test_environments_and_keys(app, database, house, owner, made):
    place = {"place-title": "Shop in Vienna", "place-name": "vienna", "place-kind": "production"}
    assert owner.post("/flag-environments", data={**place, "place-name": "Vienna!"}).status_code == 422
    assert owner.post("/flag-environments", data=place).status_code == 302
    page = owner.post("/flag-keys", data={"key-name": "Till", "key-environment": "vienna", "key-kind": "server"}).text
    text = re.search(r'<code id="made">([^<]+)</code>', page).group(1)
    assert ":vienna." in text
    assert text not in owner.get("/flag-environments").text, "it is shown once"
    with database.unit(house.id) as uow:
        key_id = uow.session.scalar(select(FlagClientKey.id))
    assert owner.post("/flag-environments/vienna/retire").status_code == 409
    owner.post(f"/flag-keys/{key_id}/revoke")
    owner.post("/flag-environments/vienna/retire")
    assert "is retired" in owner.get("/flag-environments").text
    assert "Shop in Vienna" not in owner.get("/flag-environments").text


PLAN = {
    "st.0.share": "10", "st.0.dwell": "2", "st.0.unit": "hours", "st.0.minimum": "100", "st.0.approval": "1",
    "st.1.share": "50", "st.1.dwell": "30", "st.1.unit": "minutes", "st.1.minimum": "", "st.2.share": "100",
    "st.2.dwell": "0", "st.2.unit": "days", "control": "1", "approvers": "lena@nordlicht.example",
    "g.0.metric": "errors", "g.0.worse": "up", "g.0.tolerance": "1,5", "g.0.change": "points", "g.0.minimum": "50",
    "g.0.on_breach": "roll_back", "g.1.metric": "basket", "g.1.worse": "down", "g.1.tolerance": "10",
    "g.1.change": "percent", "g.1.minimum": "200", "g.1.on_breach": "hold", "c.0.field": "country",
    "c.0.operator": "IN", "c.0.values": "DE, AT", "on_mismatch": "warn", "on_no_traffic": "hold", "grace": "6",
    "grace_unit": "hours", "alpha": "1", "stickiness": "userId",
}  # fmt: skip


def rollouts(database, house):
    with database.unit(house.id) as uow:
        return list(uow.session.scalars(select(FlagRollout)))


def test_a_rollout_is_planned_started_and_rolled_back(app, database, house, owner, made):
    owner.post("/flag-metrics", data={"key": "errors", "title": "Errors", "kind": "proportion", "worse": "up"})
    owner.post("/flag-metrics", data={"key": "basket", "title": "Basket", "kind": "mean", "worse": "down"})
    assert "Errors" in owner.get("/flag-metrics").text
    here = f"/flags/{made}/development/rollout"
    page = owner.get(here).text
    assert [*re.findall(r'name="st.\d.share" value="(\d+)"', page)] == ["1", "5", "10", "25", "50", "100"]
    assert owner.post(here, data=PLAN | {"do": "add-step"}).text.count("Remove this step") == 2 * 4
    assert owner.post(here, data=PLAN | {"do": "drop-guardrail.0"}).text.count("Remove this guardrail") == 2
    wrong = (
        {"st.1.share": "5"}, {"st.0.share": "ten"}, {"st.1.dwell": "x"}, {"g.0.tolerance": "x"}, {"approvers": ""},
        {"g.1.metric": "none"}, {"g.1.metric": "errors", "g.1.worse": "up"}, {"alpha": "50"}, {"grace": "0"},
        {"c.0.operator": "NUM_GT", "c.0.values": "x"}, {"stickiness": "random"},
    )  # fmt: skip
    for one in wrong:
        refused = owner.post(here, data=PLAN | one)
        assert refused.status_code == 422, one
        assert "Nothing was saved yet." in refused.text
        assert rollouts(database, house) == []
    assert owner.post(here, data=PLAN).status_code == 302
    page = owner.get(here).text
    assert "at most 1.5 points more than without it" in page
    assert setting(database, house, "development") is None, "nobody has anything of it"

    owner.post(here + "/act", data={"do": "start"})
    assert setting(database, house, "development").strategies[0]["parameters"]["rollout"] == "10"
    page = owner.get(here).text
    assert "10 % of those whom it means" in page
    assert "the time of this step" in page
    assert "0 of 50 people in the smaller group" in page
    assert "Not known yet" in page
    assert f'href="{here}">Rollout</a> ·' in owner.get(f"/flags/{made}").text
    assert owner.post(here, data=PLAN).status_code == 422, "one at a time"
    owner.post(here + "/act", data={"do": "roll_back"})
    assert setting(database, house, "development").enabled is False
    assert "Plan the next one" in owner.get(here).text
    assert owner.post(here + "/act", data={"do": "start"}).status_code == 409


def test_a_planned_rollout_is_shown_as_it_was_typed_and_planned_anew_until_it_is_started(database, house, owner, made):
    for key, kind in (("errors", "proportion"), ("basket", "mean")):
        owner.post("/flag-metrics", data={"key": key, "title": key, "kind": kind, "worse": "up"})
    here = f"/flags/{made}/development/rollout"
    owner.post(here, data=PLAN)
    [row] = rollouts(database, house)
    assert row.plan["guardrails"][0] | {"tolerance": 0.015, "on_breach": "roll_back"} == row.plan["guardrails"][0]
    assert (
        row.plan["guardrails"][1] | {"tolerance": 0.1, "change": "relative", "minimum": 200, "on_breach": "hold"}
        == (row.plan["guardrails"][1])
    )
    assert [one["dwell"] for one in row.plan["steps"]] == [7_200, 1_800, 0]
    assert (row.plan["on_mismatch"], row.plan["grace"], row.plan["alpha"]) == ("warn", 21_600, 0.01)
    assert row.audience["constraints"] == [{"contextName": "country", "operator": "IN", "values": ["DE", "AT"]}]
    page = owner.get(here).text
    assert "Save the plan" in page
    sent = dict(re.findall(r'<input [^>]*name="([^"]+)" value="([^"]*)"', page))
    for name in ("st.0.dwell", "st.1.dwell", "g.1.tolerance", "g.1.minimum", "alpha", "grace", "c.0.field"):
        assert sent[name] == PLAN[name]
    assert (sent["g.0.tolerance"], sent["c.0.values"]) == ("1.5", "DE, AT")
    assert owner.post(here, data=PLAN | {"st.1.share": "25", "approvers": "group:Nobody"}).status_code == 302
    assert owner.post(here, data=PLAN | {"st.1.share": "x"}).status_code == 422
    [row] = rollouts(database, house)
    assert ([one["share"] for one in row.plan["steps"]], row.approvers) == ([10, 25, 100], ["group:Nobody"])
    assert "Planned anew" in owner.get(here).text
    owner.post(here + "/act", data={"do": "start"})
    assert "Save the plan" not in owner.get(here).text
    with database.unit(house.id) as uow:
        uow.session.get(FlagRollout, row.id).run_id = row.id
    assert f'href="/runs/{row.id}">Open the run that began it' in owner.get(here).text
    assert owner.post(here, data=PLAN).status_code == 422
    assert rollouts(database, house)[0].plan["steps"][1]["share"] == 25
