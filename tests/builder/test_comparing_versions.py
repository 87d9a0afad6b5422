"""Versions side by side: by page as two pictures and in words, by the API in words."""

from copy import deepcopy

import pytest

from studio.builder.service import drafts, history, whole
from studio.runtime.models import Workflow
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.workflows import make_workflow, refunds


def changed():
    """A step gone, one new in its place, one set up otherwise."""
    document = deepcopy(refunds())
    gone = document["nodes"][-1]["key"]
    document["nodes"][-1] = {"key": "last", "type": "action.note", "name": "Look later", "config": {"text": "Later"}}
    document["nodes"][1]["name"] = "Really large?"
    for edge in document["edges"]:
        edge.update({end: "last" for end in ("from", "to") if edge[end] == gone})
    return document


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    made = make_workflow(app, tenant, published=True)
    with app.test_request_context(), app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        flow = uow.session.get_one(Workflow, made)
        draft = drafts.save(uow, flow, drafts.current(uow, flow).revision, changed())
        whole.publish(uow, app.extensions["studio_keyring"], flow, draft.revision, "Otherwise")
        drafts.save(uow, flow, draft.revision, refunds(description="A third one"))
    return made


def test_the_page_draws_both_and_says_what_differs(app, tenant, workflow_id):
    browser = signed_in(app, tenant.id, tenant["builder"])
    page = f"/workflows/{workflow_id}/versions/compare"
    answer = browser.get(f"{page}?before=1&after=2")
    assert answer.status_code == 200
    for said in ("Added “Look later”", "was-added", "was-removed", "was-changed", "line removed", "line added",
                 "+ Added", "\N{MINUS SIGN} Removed", "± 1 change"):  # fmt: skip
        assert said in answer.text, said
    draft = browser.get(page).text  # version 2, which runs, and the draft
    assert "A third one" not in draft
    assert "Removed “Look later”" in draft
    same = browser.get(f"{page}?before=2&after=2").text
    assert "both do the same" in same
    assert "was-changed" not in same
    assert f"{page}?before=1&amp;after=2" in browser.get(f"/workflows/{workflow_id}/versions").text


def test_an_old_version_stays_chosen_where_the_list_ends_before_it(app, tenant, workflow_id, monkeypatch):
    monkeypatch.setattr(history.versions, "__defaults__", (1, None))  # lists the newest alone
    page = signed_in(app, tenant.id, tenant["builder"]).get(
        f"/workflows/{workflow_id}/versions/compare?before=1&after=2"
    )
    assert 'value="1" selected' in page.text
    assert page.text.count('value="2" selected') == 1


def test_what_is_no_version_is_said_and_a_workflow_without_one_teaches(app, tenant, workflow_id):
    browser = signed_in(app, tenant.id, tenant["builder"])
    for wrong in ("before=9", "after=x", "before=1&after=99999999999999"):
        answer = browser.get(f"/workflows/{workflow_id}/versions/compare?{wrong}")
        assert answer.status_code == 404
        assert 'role="alert"' in answer.text
    fresh = make_workflow(app, tenant)
    answer = browser.get(f"/workflows/{fresh}/versions/compare")
    assert (answer.status_code, "Nothing was published yet" in answer.text) == (200, True)


def test_the_api_says_the_same_in_words(app, tenant, workflow_id):
    api = with_token(app, make_token(app, tenant, "builder", ["workflows:read"]))
    base = f"/api/v1/workflows/{workflow_id}/comparison"
    found = api.get(f"{base}?after=2").json
    assert (found["before"], found["after"]) == (1, 2)
    assert {"kind": "added", "node": "last", "text": "Added “Look later”"} in found["changes"]
    assert [one["kind"] for one in found["changes"]].count("removed") == 1
    assert api.get(base).json["after"] is None
    assert api.get(f"{base}?before=9").status_code == 404
    assert api.get(f"/api/v1/workflows/{make_workflow(app, tenant)}/comparison").status_code == 404
