"""Approvals by the API, as the person behind the token; and groups of approvers."""

from datetime import timedelta

import pytest

from studio.approvals.limits import REMARK
from studio.contract.approving import (
    ApprovalDelay,
    ApprovalEscalation,
    ApprovalItem,
    ApprovalLevel,
    ApprovalPart,
    ApprovalRule,
    ApprovalStage,
)
from studio.core import clock
from tests.accounts.test_factors import proved
from tests.factories.accounts import signed_in
from tests.factories.approvals import TITLE, listen, make_request

URL = "/api/v1/approvals"
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def heard():
    return listen()


@pytest.fixture
def approval(heard, database, tenant) -> str:
    """A request to the approver and the admin."""
    return f"{URL}/{make_request(database, tenant, [tenant['approver'], tenant['admin']])}"


@pytest.fixture
def approver(caller):
    return caller("approver")


def test_the_inbox_and_everybodys(approver, api, approval):
    [line] = approver.get(URL).json["data"]
    assert (line["title"], line["state"], line["decision"]) == (TITLE, "pending", None)
    assert api.get(URL).json["data"] == []
    assert len(api.get(f"{URL}?everybody=true").json["data"]) == 1
    refused = approver.get(f"{URL}?everybody=true")
    assert refused.status_code == 403


def test_approve(approver, approval, heard):
    found = approver.get(approval).json
    assert found["decidable"] is True
    body = {"outcome": "approved", "shown": found["shown"]}
    done = approver.post(f"{approval}/decision", json=body)
    assert (done.status_code, done.json["state"]) == (200, "approved")
    assert done.json["decision"]["channel"] == "api"
    assert [str(end.outcome) for end in heard.ends] == ["approved"]
    assert approver.post(f"{approval}/decision", json=body).status_code == 200, "the same again is the same"
    assert len(heard.ends) == 1
    late = approver.post(f"{approval}/decision", json=body | {"outcome": "declined", "comment": "no"})
    assert (late.status_code, late.json["code"]) == (409, "already_decided")
    assert [row["id"] for row in approver.get(f"{URL}?tab=done").json["data"]] == [found["id"]]


OPTIONS = [{"label": "Offer a voucher", "key": "voucher", "fields": [{"name": "value", "type": "money"}]}]


def test_one_of_its_own_answers(approver, heard, database, tenant):
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']], options=OPTIONS)}"
    found = approver.get(one).json
    [option] = found["options"]
    assert (option["key"], option["counts"], option["fields"][0]["type"]) == ("voucher", "as_itself", "money")
    body = {"option": "voucher", "answer": {"value": "many"}, "shown": found["shown"]}
    refused = approver.post(f"{one}/decision", json=body)
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "answer.value")
    assert approver.get(one).json["votes"] == []
    done = approver.post(f"{one}/decision", json=body | {"answer": {"value": 25}}).json
    assert (done["state"], done["decision"]["option"], done["decision"]["answer"]) == (
        "responded", "voucher", {"value": "25"},
    )  # fmt: skip
    assert done["votes"][0]["option"] == "voucher"


@pytest.mark.parametrize("changed", [
    {"outcome": "approved", "option": "voucher"}, {}, {"option": "refund"}, {"outcome": "responded"},
    {"option": 3}, {"option": "voucher", "answer": []}, {"outcome": "approved", "answer": {"value": "1"}},
], ids=str)  # fmt: skip
def test_a_body_that_answers_nothing_or_twice_is_refused(approver, heard, database, tenant, changed):
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']], options=OPTIONS)}"
    refused = approver.post(f"{one}/decision", json={"shown": approver.get(one).json["shown"]} | changed)
    assert refused.status_code == 422
    assert heard.ends == []


def test_some_of_its_items(approver, heard, database, tenant):
    items = [ApprovalItem("mug", "Mug", "12.50"), ApprovalItem("plate", "Plate", "9.00")]
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']], items=items)}"
    found = approver.get(one).json
    assert found["items"][1] == {"key": "plate", "label": "Plate", "amount": "9.00"}
    body = {"outcome": "approved", "shown": found["shown"]}
    refused = approver.post(f"{one}/decision", json=body | {"items": ["spoon"]})
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "items")
    done = approver.post(f"{one}/decision", json=body | {"items": ["plate"]}).json
    assert (done["state"], done["decision"]["items"], done["votes"][0]["items"]) == ("approved", ["plate"], ["plate"])


def test_a_rule_of_several_says_how_far_it_is(approver, heard, database, tenant, caller):
    people = [f"user:{tenant[role].email}" for role in ("approver", "admin")]
    rule = ApprovalRule([ApprovalStage([ApprovalPart(people, "all")])])
    one = f"{URL}/{make_request(database, tenant, [], rule=rule)}"
    body = {"outcome": "approved", "shown": approver.get(one).json["shown"]}
    done = approver.post(f"{one}/decision", json=body).json
    assert (done["state"], done["decision"], done["decidable"]) == ("pending", None, False)
    [part] = done["parts"]
    assert (part["stage"], part["have"], part["need"]) == (0, 1, 2)
    assert part["needed"].startswith("all of ")
    assert [(vote["user_id"], vote["outcome"]) for vote in done["votes"]] == [
        (str(tenant["approver"].user_id), "approved")
    ]
    assert heard.ends == []
    ended = caller("admin").post(f"{one}/decision", json=body).json
    assert (ended["state"], ended["parts"][0]["have"]) == ("approved", 2)


@pytest.mark.parametrize("outcome", ["declined", "changes_requested"])
def test_a_no_says_why(approver, approval, outcome):
    body = {"outcome": outcome, "shown": approver.get(approval).json["shown"]}
    refused = approver.post(f"{approval}/decision", json=body)
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "comment")
    done = approver.post(f"{approval}/decision", json=body | {"comment": "No photos."})
    assert (done.json["state"], done.json["decision"]["reason"]) == (outcome, "No photos.")


def test_a_decision_is_bound_to_what_was_shown(approver, approval, heard):
    refused = approver.post(f"{approval}/decision", json={"outcome": "approved", "shown": "0" * 64})
    assert (refused.status_code, refused.json["code"]) == (409, "content_changed")
    assert heard.ends == []


def test_who_was_not_asked_decides_nothing(caller, approval):
    body = {"outcome": "approved", "shown": "0" * 64}
    for role, status in (("builder", 403), ("auditor", 403)):
        assert caller(role).post(f"{approval}/decision", json=body).status_code == status
    assert caller("approver", ["approvals:read"]).post(f"{approval}/decision", json=body).status_code == 403


def test_comment(approver, approval):
    made = approver.post(f"{approval}/comments", json={"comment": "Waiting for the carrier."})
    assert made.status_code == 201
    assert [one["text"] for one in approver.get(approval).json["comments"]] == ["Waiting for the carrier."]


def test_a_comment_may_be_as_long_as_on_the_page(approver, approval):
    said = approver.post(f"{approval}/comments", json={"comment": "x" * (REMARK + 1)})
    assert (said.status_code, said.json["errors"][0]["path"]) == (422, "comment")
    shown = approver.get(approval).json["shown"]
    body = {"outcome": "approved", "shown": shown, "comment": "x" * (REMARK + 1)}
    assert approver.post(f"{approval}/decision", json=body).json["errors"][0]["path"] == "comment"
    assert approver.post(f"{approval}/decision", json=body | {"comment": "x" * REMARK}).status_code == 200


def test_reassign_to_somebody_who_may(approver, approval, tenant, caller):
    to = str(tenant["builder"].user_id)
    assert approver.post(f"{approval}/reassign", json={"to": NOBODY}).json["errors"][0]["path"] == "to"
    strange = approver.post(f"{approval}/reassign", json={"to": to, "share_id": NOBODY})
    assert strange.status_code == 404
    done = approver.post(f"{approval}/reassign", json={"to": to, "note": "On holiday."})
    assert done.status_code == 200, done.json
    states = {share["user_id"]: share["state"] for share in done.json["shares"]}
    assert (states[str(tenant["approver"].user_id)], states[to]) == ("reassigned", "open")
    assert len(caller("builder").get(URL).json["data"]) == 1


def test_snooze_and_back(approver, approval):
    until = (clock.local_now() + timedelta(hours=4)).isoformat()
    assert approver.post(f"{approval}/snooze", json={"until": until}).json["snoozed_until"] is not None
    assert approver.get(URL).json["data"] == []
    assert len(approver.get(f"{URL}?tab=snoozed").json["data"]) == 1
    approver.post(f"{approval}/unsnooze")
    assert len(approver.get(URL).json["data"]) == 1
    past = approver.post(f"{approval}/snooze", json={"until": "2020-01-01T00:00:00Z"})
    assert past.json["errors"][0]["path"] == "until"


def test_many_are_decided_at_once_with_a_result_for_each(approver, heard, database, tenant):
    made = [str(make_request(database, tenant, [tenant["approver"]], title=title)) for title in "ABC"]
    items = [{"id": one, "shown": approver.get(f"{URL}/{one}").json["shown"]} for one in made]
    items[1]["shown"] = "0" * 64
    body = {"outcome": "approved", "items": [*items, {"id": NOBODY, "shown": "0" * 64}]}
    done = approver.post(f"{URL}/decisions", json=body)
    results = [(one["title"], one["result"], one["code"]) for one in done.json["data"]]
    assert results == [
        ("A", "done", ""), ("B", "refused", "content_changed"), ("C", "done", ""), ("", "refused", "not_found")
    ]  # fmt: skip
    assert approver.post(f"{URL}/decisions", json=body).json == done.json, "the same again is the same"
    assert len(heard.ends) == 2
    assert approver.get(f"{URL}/{made[0]}").json["decision"]["channel"] == "api"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"outcome": "declined"}, "comment"),
        ({"outcome": "expired"}, "outcome"),
        ({"items": []}, "items"),
        ({"items": [{"id": NOBODY, "shown": "0" * 64}] * 101}, "items"),
        ({"items": [{"id": NOBODY, "shown": "short"}]}, "items.0.shown"),
    ],
)
def test_a_bulk_decision_that_makes_no_sense_is_refused_at_its_field(approver, approval, changed, path):
    shown = approver.get(approval).json["shown"]
    body = {"outcome": "approved", "items": [{"id": approval.rpartition("/")[2], "shown": shown}]} | changed
    refused = approver.post(f"{URL}/decisions", json=body)
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, path)
    assert approver.get(approval).json["state"] == "pending"


def test_the_list_is_narrowed_by_requester_and_deadline(approver, heard, database, tenant):
    soon = clock.local_now() + timedelta(minutes=1)
    make_request(database, tenant, [tenant["approver"]], title="A", requester="anna@x.example", due_at=soon)
    make_request(database, tenant, [tenant["approver"]], title="B")
    for query, found in [("requester=anna@x.example", ["A"]), ("due=overdue", []), ("requester=nobody", [])]:
        assert [row["title"] for row in approver.get(f"{URL}?{query}").json["data"]] == found
    assert approver.get(f"{URL}?due=never").status_code == 422


def test_approvals_are_paged(approver, heard, database, tenant):
    made = {str(make_request(database, tenant, [tenant["approver"]])) for _ in range(5)}
    first = approver.get(f"{URL}?limit=3").json
    rest = approver.get(URL, query_string={"limit": 3, "cursor": first["next_cursor"]}).json
    assert {row["id"] for row in first["data"] + rest["data"]} == made
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (3, 2, None)


def test_groups(api, tenant):
    people = [str(tenant[role].user_id) for role in ("approver", "admin")]
    made = api.post("/api/v1/approver-groups", json={"name": "Refund team", "members": people[:1]})
    assert (made.status_code, [one["user_id"] for one in made.json["members"]]) == (201, people[:1])
    one = f"/api/v1/approver-groups/{made.json['id']}"
    assert api.get(one).json == made.json
    changed = api.put(one, json={"name": "Money team", "members": people})
    assert (changed.json["name"], len(changed.json["members"])) == ("Money team", 2)
    assert [row["name"] for row in api.get("/api/v1/approver-groups").json["data"]] == ["Money team"]
    taken = api.post("/api/v1/approver-groups", json={"name": "money TEAM", "members": []})
    assert (taken.status_code, taken.json["code"]) == (409, "name_taken")
    auditor = api.put(one, json={"name": "Money team", "members": [str(tenant["auditor"].user_id)]})
    assert (auditor.status_code, auditor.json["errors"][0]["path"]) == (422, "members")
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_a_new_version_and_setting_changes_aside(api, approver, caller, heard, database, tenant):
    builder = tenant["builder"]
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{tenant['approver'].email}"])])], changes="wait")
    one = f"{URL}/{make_request(database, tenant, [], rule=rule, requester=builder.email)}"
    body = {"outcome": "changes_requested", "shown": approver.get(one).json["shown"], "comment": "No receipt"}
    assert approver.post(f"{one}/decision", json=body).json["state"] == "changes_requested"
    assert caller("builder").post(f"{one}/dismiss", json={"reason": "No"}).status_code == 403
    owner = caller("owner")
    assert owner.post(f"{one}/dismiss", json={"reason": " "}).json["code"] == "reason_missing"
    assert owner.post(f"{one}/dismiss", json={"reason": "It is there"}).json["state"] == "pending"
    again = owner.post(f"{one}/dismiss", json={"reason": "It is there"})
    assert (again.status_code, again.json["code"]) == (409, "not_held")
    asker = caller("builder")
    wrong = asker.post(f"{one}/revise", json={"shown": body["shown"], "amount": "much"})
    assert (wrong.status_code, wrong.json["code"], wrong.json["errors"][0]["path"]) == (422, "bad_amount", "amount")
    done = asker.post(f"{one}/revise", json={"shown": body["shown"], "facts": [["Order", "7"]], "note": "Other order"})
    assert (done.status_code, done.json["version"]) == (200, 2)
    told = {(line["label"], line["new"]) for line in approver.get(one).json["changed"]}
    assert ("Order", "7") in told
    stale = approver.post(f"{one}/decision", json=body | {"outcome": "approved"})
    assert (stale.status_code, stale.json["code"]) == (409, "content_changed")
    assert heard.ends == []


def test_it_is_taken_back_by_whoever_asked_or_an_admin(approver, caller, heard, database, tenant):
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']], requester=tenant['builder'].email)}"
    refused = approver.post(f"{one}/take-back", json={"reason": "No"})
    assert (refused.status_code, refused.json["code"]) == (403, "not_requester")
    asker = caller("builder")
    assert asker.post(f"{one}/take-back", json={"reason": " "}).json["code"] == "reason_missing"
    done = asker.post(f"{one}/take-back", json={"reason": "The order was cancelled"}).json
    assert (done["state"], done["decision"]["outcome"], done["decision"]["channel"]) == (
        "cancelled",
        "cancelled",
        "api",
    )
    again = caller("owner").post(f"{one}/take-back", json={"reason": "No"})
    assert (again.status_code, again.json["code"]) == (409, "withdrawn")
    assert [str(end.outcome) for end in heard.ends] == ["cancelled"]


def test_bypassing_needs_a_scope_and_a_proof_of_its_own(app, caller, heard, database, tenant):
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']])}"
    owner = caller("owner")
    body = {"shown": owner.get(one).json["shown"], "reason": "The customer waits"}
    assert caller("owner", ["approvals:read", "approvals:write"]).post(f"{one}/bypass", json=body).status_code == 403
    assert caller("builder").post(f"{one}/bypass", json=body).status_code == 403
    asked = owner.post(f"{one}/bypass", json=body)
    assert (asked.status_code, asked.json["code"]) == (401, "step_up_needed")
    assert "insufficient_user_authentication" in asked.headers["WWW-Authenticate"]
    browser = signed_in(app, tenant.id, tenant["owner"])
    proved(browser, browser.get(asked.json["step_up"]["url"]).text)
    done = owner.post(f"{one}/bypass", json=body)
    assert (done.status_code, done.json["state"], done.json["decision"]["channel"]) == (200, "bypassed", "api")
    assert heard.ends[0].payload()["bypassed"] is True


def test_being_on_it_holds_the_escalation_back(database, tenant, api, approver):
    plan = ApprovalEscalation([ApprovalLevel(ApprovalDelay(1, "hours"), [f"user:{tenant['owner'].email}"])])
    request_id = make_request(database, tenant, [tenant["approver"]], escalation=plan)
    before = approver.get(f"{URL}/{request_id}").json["escalation"]
    assert (before["level"], before["to"], before["acknowledged_by"]) == (1, [tenant["owner"].name], None)
    after = approver.post(f"{URL}/{request_id}/acknowledge")
    assert after.status_code == 200
    assert after.json["escalation"]["acknowledged_by"] == str(tenant["approver"].user_id)
    assert after.json["escalation"]["next_at"] < before["next_at"]
    assert approver.post(f"{URL}/{request_id}/acknowledge").json["escalation"] == after.json["escalation"]
    assert api.post(f"{URL}/{request_id}/acknowledge").status_code == 403
    plain = make_request(database, tenant, [tenant["approver"]])
    refused = approver.post(f"{URL}/{plain}/acknowledge")
    assert (refused.status_code, refused.json["code"]) == (409, "not_escalating")
    assert approver.get(f"{URL}/{plain}").json["escalation"] is None


def test_a_thread_is_resolved_before_anybody_approves(api, approver, heard, database, tenant):
    one = f"{URL}/{make_request(database, tenant, [tenant['approver']], threads_first=True)}"
    made = api.post(f"{one}/threads", json={"comment": "Which parcel?"})
    assert (made.status_code, made.json["resolved_at"]) == (201, None)
    yes = {"outcome": "approved", "shown": approver.get(one).json["shown"]}
    refused = approver.post(f"{one}/decision", json=yes)
    assert (refused.status_code, refused.json["code"]) == (409, "threads_open")
    thread = f"{one}/threads/{made.json['id']}"
    said = approver.post(f"{thread}/replies", json={"comment": "The blue one"}).json["comments"]
    assert [(line["kind"], line["thread_id"]) for line in said] == [
        ("thread", made.json["id"]), ("reply", made.json["id"]),
    ]  # fmt: skip
    assert approver.post(f"{thread}/resolve").json["threads"][0]["resolved_at"]
    assert api.post(f"{thread}/reopen").json["threads"][0]["resolved_at"] is None
    approver.post(f"{thread}/resolve")
    assert approver.post(f"{one}/decision", json=yes).json["state"] == "approved"
    assert len(heard.ends) == 1
