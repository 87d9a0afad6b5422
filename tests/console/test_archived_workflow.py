"""What is left of an archived workflow: its history is found, read and repeated, and no link leads nowhere."""

import re
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select

from studio.accounts.permissions import SCOPES
from studio.runtime.models import Run, Workflow
from studio.runtime.service import workflows
from tests.factories.accounts import make_token, signed_in, with_token
from tests.fixtures.world import store_settings, world

__all__ = ["store_settings", "world"]  # fixtures, by being imported
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

PAGES = (
    "/home", "/runs", "/runs?workflow={workflow}", "/runs/{run}", "/runs/{run}/rerun", "/insights?workflow={workflow}",
    "/workflows?state=archived", "/runs/exports", "/run-batches", "/audit", "/event-sources", "/event-sources/{source}",
    "/settings/retention", "/settings/alert-rules", "/alerts", "/inbox", "/approvals/{request}", "/runs/archived",
)  # fmt: skip


@pytest.fixture
def left(world):
    """Everything that there is, after each workflow was archived; the ids of what is looked at."""
    with world.app.extensions["studio_database"].unit(world.ours.id, world.ours["owner"].actor) as uow:
        for row in uow.session.scalars(select(Workflow).where(Workflow.archived_at.is_(None))).all():
            workflows.archive(uow, row)
        run = uow.session.get_one(Run, UUID(world.our_ids["run_id"]))
        return {"workflow": str(run.workflow_id), "run": str(run.id), "source": world.our_ids["source_id"],
                "request": world.our_ids["request_id"]}  # fmt: skip


@pytest.fixture
def owner(world):
    return signed_in(world.app, world.ours.id, world.ours["owner"])


def links_of(app, texts):
    """Two of each kind of address: the others lead to pages alike."""
    router, kinds = app.url_map.bind("localhost"), {}
    for link in sorted({unescape(one) for text in texts for one in re.findall(r'href="(/[^"#]*)', text)}):
        if router.test(urlsplit(link).path, method="GET"):
            kinds.setdefault(router.match(urlsplit(link).path, method="GET")[0], []).append(link)
    return [link for kind, some in kinds.items() if kind != "static" for link in some[:2]]


def test_no_page_of_what_is_left_links_to_where_nothing_is(world, left, owner):
    pages = {page: owner.get(page.format(**left)) for page in PAGES}
    assert [page for page, answer in pages.items() if answer.status_code != 200] == []
    for link in links_of(world.app, [answer.text for answer in pages.values()]):
        assert owner.get(link).status_code < 400, link


def test_its_page_says_what_became_of_it_and_leads_back(left, owner):
    text = owner.get(f"/workflows/{left['workflow']}").text
    assert "This workflow is archived" in text
    assert f"/runs?workflow={left['workflow']}" in text
    assert "bring-back" in text


def test_lists_of_runs_say_which_archived_workflow_they_are_narrowed_to(left, owner):
    """The filters are sent anew with each change: one that is not offered would be lost."""
    for page in ("/runs", "/insights"):
        text = owner.get(f"{page}?workflow={left['workflow']}").text
        assert f'<option value="{left["workflow"]}" selected>Our Store (archived)' in text
        assert "(archived)" not in owner.get(page).text


def test_its_runs_say_that_it_is_archived_and_lead_to_where_it_comes_back(left, owner):
    text = owner.get(f"/runs/{left['run']}").text
    assert "Workflow archived" in text
    assert "Open on canvas" not in text
    page = owner.get(f"/workflows/{left['workflow']}")
    assert f'href="/runs?workflow={left["workflow"]}"' in page.text
    back = owner.post(f"/workflows/{left['workflow']}/bring-back", follow_redirects=True)
    assert "It is off until you turn it on." in back.text
    assert "Workflow archived" not in owner.get(f"/runs/{left['run']}").text


def test_whoever_may_not_bring_it_back_is_offered_its_runs_alone(world, left):
    auditor = signed_in(world.app, world.ours.id, world.ours["auditor"])
    text = auditor.get(f"/workflows/{left['workflow']}").text
    assert "This workflow is archived" in text
    assert "bring-back" not in text


def test_a_failed_run_is_repeated_all_the_same(world, left):
    api = with_token(world.app, make_token(world.app, world.ours, "owner", list(SCOPES)))
    made = api.post(f"/api/v1/runs/{left['run']}/rerun", json={})
    assert made.status_code == 201, made.json
