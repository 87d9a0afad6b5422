"""Pages of a workspace's own templates: saved, used, updated, exported and imported; a file is never trusted."""

import re
from io import BytesIO
from uuid import UUID

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from studio.accounts.service import workspaces
from studio.builder.service import drafts, whole
from studio.core.errors import InvalidInput
from studio.gallery.kept import rows
from studio.gallery.models import GalleryTemplate
from studio.gallery.own import filing
from studio.gallery.own import service as own
from studio.gallery.own.service import Wanted
from studio.runtime.models import Workflow
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.templates import THRESHOLD, make_template
from tests.factories.workflows import make_workflow, refunds

SAID = {"name": "Refunds", "value": "Asks the ERP.", "category": "Payments", "version": "draft", "into": ""}


@pytest.fixture
def store() -> str:
    return "sqlite"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def browser(app: Flask, tenant):
    return lambda role="builder": signed_in(app, tenant.id, tenant[role])


@pytest.fixture
def kept(database, tenant):
    """How many templates there are."""

    def count() -> int:
        with database.unit(tenant.id) as uow:
            return uow.session.scalar(select(func.count()).select_from(GalleryTemplate))

    return count


def test_a_workflow_is_saved_as_a_template_and_used_by_its_wizard(browser, app, tenant, database):
    workflow_id = make_workflow(app, tenant)
    client, address = browser(), f"/workflows/{workflow_id}/template/new"
    assert "Save as template" in client.get(f"/workflows/{workflow_id}").text
    assert f'name="ask:{THRESHOLD}"' in client.get(address).text
    wrong = client.post(address, data={**SAID, "name": ""})
    assert (wrong.status_code, "Nothing was saved yet" in wrong.text) == (422, True)
    asked = {f"ask:{THRESHOLD}": "on", f"called:{THRESHOLD}": "Ask above"}
    done = client.post(address, data={**SAID, **asked})
    page = client.get(done.headers["Location"])
    assert all(one in page.text for one in ("Refunds", "Version 1", "Ask above", "Its steps"))
    assert "Refunds" in client.get("/gallery?whose=own").text
    slug = done.headers["Location"].rpartition("/")[2]
    made = client.post(f"/gallery/{slug}/use", data={"answer_ask_1": "250"})
    assert made.status_code == 303, made.text
    with database.unit(tenant.id) as uow:
        workflow = uow.session.scalars(select(Workflow).where(Workflow.template_slug == slug)).one()
        assert "250.0" in str(drafts.current(uow, workflow).document)


def test_a_span_of_time_that_is_only_begun_is_not_offered_and_others_are_in_the_readers_words(
    browser, app, tenant, database
):
    raw = refunds()
    raw["nodes"].append({"key": "ask", "type": "approval.request", "name": "Ask", "config": {
        "title": "Pay?", "approvers": ["group:Finance"], "due_in": {"unit": "days"},
        "remind_before": {"amount": 4, "unit": "hours"},
    }})  # fmt: skip
    address = f"/workflows/{make_workflow(app, tenant, raw)}/template/new"
    with database.unit(tenant.id) as uow:
        workspaces.current(uow).locale = "de"
    page = browser().get(address)
    assert page.status_code == 200
    assert "<code>4 Stunden</code>" in page.text


def test_a_newer_version_is_told_on_the_workflows_page_and_taken(browser, app, tenant, database):
    template_id = UUID(make_template(app, tenant))
    client, slug = browser(), rows.slug(template_id)
    made = client.post(f"/gallery/{slug}/use", data={"answer_ask_1": "250"}).headers["Location"]
    here = made.removesuffix("/edit")
    assert "of its template is there" not in client.get(here).text
    assert "Nothing is new" in client.get(f"{here}/template").text
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        source = uow.session.scalars(select(Workflow).where(Workflow.template_slug.is_(None))).one()
        whole.describe(uow, source, "Asks, then pays.")
        asked = {THRESHOLD: "Ask above"}
        own.from_workflow(uow, source, Wanted("Refunds", "Asks.", "Payments", asked, note="Says more"), template_id)
    assert "Version 2 of its template is there" in client.get(here).text
    page = client.get(f"{here}/template").text
    assert "Its description changed" in page
    assert "Says more" in page
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', page)[1]
    assert client.post(f"{here}/template/take", data={"revision": "99"}).status_code == 409
    assert client.post(f"{here}/template/take", data={"revision": revision}).headers["Location"].endswith("/edit")
    assert "of its template is there" not in client.get(here).text
    assert client.post(f"{here}/template/skip").status_code == 303


def test_archived_it_is_offered_no_more_until_it_is_brought_back(browser, app, tenant):
    template_id = make_template(app, tenant)
    client, address = browser(), f"/gallery/own/{template_id}"
    assert client.post(f"{address}/archive").status_code == 303
    client.get("/gallery")  # says once that it was done
    assert "Refunds of" not in client.get("/gallery?whose=own").text
    assert "Refunds of" in client.get("/gallery?whose=archived").text
    assert client.post(f"/gallery/own-{template_id}/use", data={"answer_ask_1": "2"}).status_code == 404
    assert client.post(f"{address}/bring-back").status_code == 303
    assert "Refunds of" in client.get("/gallery").text
    assert browser("auditor").post(f"{address}/archive").status_code == 403


def test_a_file_comes_back_as_the_same_template(browser, app, tenant, kept):
    template_id = make_template(app, tenant)
    client = browser()
    file = client.get(f"/gallery/own/{template_id}/file")
    assert file.headers["Content-Disposition"].endswith('-v1.template.json"')
    sent = {"file": (BytesIO(file.data), "t.json"), "into": "", "note": ""}
    done = client.post("/gallery/import", data=sent, content_type="multipart/form-data")
    assert done.status_code == 303, done.text
    assert kept() == 2
    again = client.get(f"/gallery/own/{done.headers['Location'].rpartition('/own-')[2]}/file")
    assert again.data == file.data


SCRIPT = "<script>alert(1)</script>"


def content(**changed: object) -> dict:
    said = {"schema": "studio.template/1", "name": "T", "value": "V", "categories": ["C"], "needs": [], "questions": []}
    return {**said, "workflow": refunds(), **changed}


def nested(depth: int) -> bytes:
    raw = content()
    raw["workflow"]["nodes"][2]["config"]["body"] = "DEEP"
    return orjson.dumps(raw).replace(b'"DEEP"', b'{"a":' * depth + b"1" + b"}" * depth)


def stepped(**changed: object) -> dict:
    raw = content()
    raw["workflow"]["nodes"][1] |= changed
    return raw


BOMB = "[1,2,3,4,5,6,7,8,9].all(a, " * 40 + "true" + ")" * 40


@pytest.mark.parametrize(
    ("file", "code", "path"),
    [
        (b" " * (2 * 1024 * 1024 + 1), "template.too_large", "template"),
        (b"{", "template.not_json", "template"),
        (b"\x89PNG\r\n\x1a\n\0\0", "template.not_json", "template"),
        (b"[" * 5_000, "template.not_json", "template"),
        (b"[]", "template.not_object", "template"),
        (nested(990), "document.too_deep", "workflow.nodes.2"),
        (refunds(), "template.other_kind", "schema"),
        (content(schema="studio.template/2"), "template.schema", "schema"),
        (content(extra=1), "template.unknown_field", "extra"),
        (content(workflow={"schema": "studio.workflow/9"}), "document.", "workflow.schema"),
        (stepped(type="action.no_such"), "document.unknown_type", "workflow.nodes.1.type"),
        (stepped(config={"condition": BOMB}), "expression.", "workflow.nodes.1.config.condition"),
        (content(questions=[{"key": "q", "label": "L", "kind": "number", "default": "x"}]), "template.", "template"),
        (content(needs=["x" * 201]), "template.", "needs.0"),
    ],
)  # fmt: skip
def test_a_file_that_will_not_do_is_named_and_makes_nothing(app, database, tenant, kept, file, code, path):
    sent = file if isinstance(file, bytes) else orjson.dumps(file)
    with database.unit(tenant.id, tenant["builder"].actor) as uow, pytest.raises(InvalidInput) as caught:
        filing.read(uow, sent)
    first = caught.value.problems[0]
    assert first.code.startswith(code), first
    assert first.path.startswith(path), first
    answer = signed_in(app, tenant.id, tenant["builder"]).post(
        "/gallery/import", data={"file": (BytesIO(sent), "a.json"), "into": "", "note": ""}
    )
    assert answer.status_code == 422
    assert "Nothing was imported." in answer.text
    assert kept() == 0


def test_scripts_in_its_texts_are_shown_as_texts(browser, app, tenant):
    raw = content(name=SCRIPT, value=SCRIPT, categories=[SCRIPT], needs=[SCRIPT])
    raw["questions"] = [{"key": "q", "label": SCRIPT, "help": SCRIPT, "kind": "text", "default": SCRIPT}]
    raw["workflow"]["name"] = raw["workflow"]["nodes"][1]["name"] = SCRIPT
    raw["workflow"]["description"] = "${q}"
    client = browser()
    done = client.post("/gallery/import", data={"text": orjson.dumps(raw), "into": "", "note": SCRIPT})
    assert done.status_code == 303, done.text
    here = done.headers["Location"]
    for address in (here, "/gallery", f"{here}/use", "/gallery/import"):
        page = client.get(address)
        assert page.status_code == 200
        assert SCRIPT not in page.text
    made = client.post(f"{here}/use", data={"answer_q": SCRIPT})
    assert SCRIPT not in client.get(made.headers["Location"]).text


def test_it_is_narrowed_by_what_a_template_needs(browser):
    client = browser("auditor")
    counts = [client.get(f"/gallery?needs={one}").text.count("template-card")
              for one in ("flag", "approval", "export", "gate", "connection:shopify", "alone", "nothing")]  # fmt: skip
    assert all(counts[:-1])
    assert counts[-1] == 0
    both = client.get("/gallery?needs=flag&needs=approval").text.count("template-card")
    assert both < min(counts[0], counts[1])
