"""A workspace's own templates: made of a workflow, versioned, used, followed, archived."""

from copy import deepcopy
from uuid import UUID

import orjson
import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from studio.approvals.service import groups
from studio.audit.models import AuditEvent
from studio.builder.service import drafts, whole
from studio.builder.service.drafts import DraftConflict
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.gallery import following, loading, service, uses
from studio.gallery.kept import rows
from studio.gallery.models import GalleryTemplate
from studio.gallery.own import checking
from studio.gallery.own import service as own
from studio.gallery.own.asking import askable
from studio.gallery.own.service import Wanted
from studio.runtime import document as documents
from tests.factories.accounts import make_tenant
from tests.factories.connections import make_account
from tests.factories.templates import THRESHOLD, make_template
from tests.factories.workflows import drafted, refunds

WANTED = Wanted("Refunds", "Asks the ERP.", "Payments", {THRESHOLD: "Ask above"})


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def unit(database, tenant):
    return lambda role="builder": database.unit(tenant.id, tenant[role].actor)


def changed(condition: str = "trigger.order.total > 400.0", **call: object) -> dict:
    raw = refunds()
    raw["nodes"][1]["config"]["condition"] = condition
    raw["nodes"][2]["config"] |= call
    return raw


def test_a_workflow_becomes_a_template_and_the_template_workflows(unit):
    with unit() as uow:
        row = own.from_workflow(uow, drafted(uow), WANTED)
        template = rows.version(uow, row, 1)
        assert [(one.label, one.kind, one.default) for one in template.questions] == [("Ask above", "number", 400.0)]
        assert template.workflow["nodes"][1]["config"]["condition"] == "trigger.order.total > ${ask_1}"
        assert "sample" not in template.workflow["nodes"][0]["config"]
        made = service.use(uow, template.slug, {"ask_1": "250"})
        nodes = drafts.current(uow, made).document["nodes"]
        assert nodes[1]["config"]["condition"] == "trigger.order.total > 250.0"
        assert (made.template_slug, uses.of(uow, made).number) == (template.slug, 1)
    with unit() as uow:
        assert "template.published" in set(uow.session.scalars(select(AuditEvent.action)))


def test_connections_and_secrets_become_needs_and_are_not_in_it(app: Flask, tenant, unit):
    handle = make_account(app, tenant, "vendure").handle
    raw = changed(auth="bearer", secret="erp-token")
    raw["nodes"].append({
        "key": "ask", "type": "connection.request", "name": "Read", "config": {"connection": handle, "path": "/x"},
    })  # fmt: skip
    raw["edges"].append({"from": "call", "port": "next", "to": "ask"})
    with unit() as uow:
        template = rows.version(uow, own.from_workflow(uow, drafted(uow, raw), WANTED), 1)
        kept = orjson.dumps(rows.kept(uow, rows.by_name(uow, template.slug), 1).content).decode()
        assert f'"{handle}"' not in kept.replace('"connectors":["vendure"]', "")
        assert "erp-token" not in kept
        assert {one.kind for one in template.questions} == {"connection", "secret", "number"}
        assert len(template.needs) == 2
        with pytest.raises(InvalidInput) as caught:  # there is no secret here
            service.use(uow, template.slug, {})
        assert [problem.path for problem in caught.value.problems] == ["answers.secret_1"]


def test_what_was_put_down_to_test_on_is_not_in_it_and_keeps_nobody_from_saving(unit):
    raw = refunds()
    raw["nodes"][0]["pin"] = {"data": {"customer": "anna@example.com"}, "source": "event"}
    raw["nodes"][0].setdefault("config", {})["sample"] = {"note": "${order}"}
    raw["nodes"][2]["mock"] = {"data": {"customer": "bert@example.com", "price": "${price}"}}
    with unit() as uow:
        kept = rows.kept(uow, own.from_workflow(uow, drafted(uow, raw), WANTED), 1).content
        assert "@example.com" not in orjson.dumps(kept).decode()


def test_a_newer_version_is_told_looked_at_and_taken_into_the_draft(unit):
    with unit() as uow:
        source = drafted(uow)
        row = own.from_workflow(uow, source, WANTED)
        made = service.use(uow, rows.slug(row.id), {"ask_1": 250})
        assert following.news(uow, made) is None
        drafts.save(uow, source, 1, changed(url="https://erp.example.com/v2", method="PUT"))
        own.from_workflow(uow, source, Wanted(**{**vars_of(WANTED), "note": "The ERP's second address"}), row.id)
        mine = drafts.current(uow, made).document
        mine["nodes"][2]["config"]["method"] = "PATCH"
        mine["nodes"][2]["name"] = "Tell our ERP"
        seen = drafts.save(uow, made, 1, mine).revision

        news = following.news(uow, made)
        assert (news.was, news.number, news.note) == (1, 2, "The ERP's second address")
        update = following.update(uow, made)
        assert update.kept == ("Tell our ERP",)
        assert any("Tell our ERP" in change.text for change in update.changes)
        with pytest.raises(DraftConflict):
            following.take(uow, made, seen - 1)
        draft = following.take(uow, made, seen)
        call = draft.document["nodes"][2]
        assert (call["name"], call["config"]["method"], call["config"]["url"]) == (
            "Tell our ERP", "PATCH", "https://erp.example.com/v2",
        )  # fmt: skip
        assert draft.document["nodes"][1]["config"]["condition"] == "trigger.order.total > 250.0"
        assert following.news(uow, made) is None
        with pytest.raises(NotFound):
            following.take(uow, made, draft.revision)


def test_a_group_that_a_newer_version_asks_for_is_made_with_the_update(unit):
    with unit("admin") as uow:
        row = own.from_workflow(uow, drafted(uow), WANTED)
        made = service.use(uow, rows.slug(row.id), {"ask_1": 250})
        raw = deepcopy(rows.kept(uow, row, 1).content)
        raw["questions"].append({"key": "who", "label": "Who decides", "kind": "group", "default": "Refund team"})
        raw["workflow"]["nodes"].append({
            "key": "ask", "type": "approval.request", "name": "Ask", "config": {"title": "Pay?", "approvers": "${who}"},
        })  # fmt: skip
        raw["workflow"]["edges"].append({"from": "call", "port": "next", "to": "ask"})
        own.publish(uow, checking.checked(uow, raw), row.id, "", "file")
        draft = following.take(uow, made, drafts.current(uow, made).revision)
        assert draft.document["nodes"][-1]["config"]["approvers"] == ["group:Refund team"]
        assert [one.name for one in groups.all_groups(uow)] == ["Refund team"]


def vars_of(wanted: Wanted) -> dict:
    return {name: getattr(wanted, name) for name in Wanted.__slots__}


def test_an_update_can_be_passed_over_and_one_of_studios_own_is_told_too(unit, monkeypatch):
    with unit() as uow:
        made = service.use(uow, "review-request", {})
        assert following.news(uow, made) is None
        newer = loading.template("review-request").model_copy(update={"workflow": {
            **loading.template("review-request").workflow, "description": "Asks more kindly.",
        }})  # fmt: skip
        monkeypatch.setattr(uses, "revision", lambda _template: "another")
        monkeypatch.setattr(following, "templates", lambda: (newer,))
        assert [one.text for one in following.update(uow, made).changes] == ["Its description changed"]
        following.skip(uow, made)
        assert following.news(uow, made) is None


def test_an_archived_one_makes_nothing_and_tells_nothing(unit, monkeypatch):
    with unit() as uow:
        row = own.from_workflow(uow, source := drafted(uow), WANTED)
        made = service.use(uow, rows.slug(row.id), {})
        own.from_workflow(uow, source, Wanted(**{**vars_of(WANTED), "asked": {}}), row.id)
        own.archive(uow, row)
        assert rows.listed(uow) == []
        assert following.news(uow, made) is None
        with pytest.raises(NotFound):
            service.use(uow, rows.slug(row.id), {})
        with pytest.raises(Conflict):
            own.from_workflow(uow, source, WANTED, row.id)
        monkeypatch.setattr(rows, "MOST", 0)
        with pytest.raises(Conflict):
            own.bring_back(uow, row)  # it would not be among those that are listed
        monkeypatch.undo()
        own.bring_back(uow, row)
        assert [one.number for one in rows.listed(uow)] == [2]


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"name": ""}, "name"),
        ({"value": "x" * 301}, "value"),
        ({"category": ""}, "categories.0"),
        ({"asked": {"large.condition@3": "No"}}, "asked.large.condition@3"),
        ({"note": "x" * 501}, "note"),
    ],
)
def test_what_will_not_do_is_named_and_nothing_is_made(unit, said, path):
    with unit() as uow:
        workflow = drafted(uow)
        with pytest.raises(InvalidInput) as caught:
            own.from_workflow(uow, workflow, Wanted(**{**vars_of(WANTED), **said}))
        assert [problem.path for problem in caught.value.problems] == [path]
        assert uow.session.scalars(select(GalleryTemplate)).all() == []


def test_a_draft_with_a_problem_and_a_text_like_a_question_make_none(unit):
    with unit() as uow:
        for raw, code in (
            (changed("trigger.order.total >"), "expression"),
            (changed(url="https://x.example/${y}"), "template"),
        ):
            with pytest.raises(InvalidInput) as caught:
                own.from_workflow(uow, drafted(uow, raw), Wanted(**{**vars_of(WANTED), "asked": {}}))
            assert caught.value.code.startswith(code), caught.value.code


def test_other_workspaces_see_nothing_of_it(app: Flask, database, tenant):
    template_id, other = make_template(app, tenant), make_tenant(database)
    with database.unit(other.id, other["owner"].actor) as uow:
        assert rows.listed(uow) == []
        with pytest.raises(NotFound):
            service.use(uow, rows.slug(UUID(template_id)), {})


def test_values_in_expressions_fields_and_lists_can_be_asked_for():
    raw = refunds()
    raw["nodes"][1]["config"]["condition"] = 'trigger.items[0].n1 > 12.5 && x in ["DE", "AT"] && f < duration("2h")'
    raw["nodes"].append({
        "key": "mail", "type": "action.email", "name": "Tell",
        "config": {"to": ["a@example.com"], "subject": "Hi", "body": "{{ x }}"},
    })  # fmt: skip
    found = {(one.place.node, one.kind, one.value) for one in askable(documents.load(raw))}
    assert found >= {
        ("large", "number", 12.5), ("large", "text", "DE"), ("large", "text", "AT"),
        ("mail", "email", "a@example.com"), ("mail", "text", "Hi"),
    }  # fmt: skip
    assert not {value for node, _kind, value in found if node == "large"} & {0, 1, "2h"}


def test_a_value_is_offered_under_what_its_field_is_called_in_the_readers_language(app: Flask):
    with app.test_request_context(), force_locale("de"):
        assert [one.field for one in askable(documents.load(refunds()))][:1] == ["Bedingung"]


def test_whole_workflows_go_with_their_copies(unit):
    with unit() as uow:
        made = service.use(uow, "review-request", {})
        assert uses.of(uow, whole.duplicate(uow, made)) is None
