"""Import, export, duplicate, rename: on both databases, and exact."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from studio.audit.models import AuditEvent
from studio.builder.models import WorkflowDraft
from studio.builder.service import drafts, whole
from studio.builder.service.drafts import DraftConflict
from studio.core.errors import InvalidInput, NotFound
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service import workflows
from tests.factories.workflows import drafted, refunds

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
    st.sampled_from(["yes", "on", "~", "1_000", "2026-01-01", "{{ trigger.x }}", "é\n\tü", "- a", "#", "'", "1e5"]),
)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)


@pytest.fixture
def unit(app, tenant):
    database = app.extensions["studio_database"]

    def opened(role="builder"):
        return database.unit(tenant.id, tenant[role].actor)

    with app.test_request_context():
        yield opened


@pytest.fixture
def keyring(app):
    return app.extensions["studio_keyring"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sample=values, name=st.text("abc é🙂“”", min_size=1, max_size=40), form=st.sampled_from(["json", "yaml"]))
def test_what_is_exported_is_imported_exactly(unit, sample, name, form):
    document = refunds(name=name)
    document["nodes"][0]["config"]["sample"] = sample
    with unit() as uow:
        workflow = drafted(uow, document)
        uow.session.flush()
        uow.session.expire_all()
        first = whole.export(uow, workflow, form)
        again = whole.import_text(uow, first.text)
        uow.session.flush()
        uow.session.expire_all()
        stored = drafts.current(uow, again).document
        assert documents.dump(documents.load(stored)) == document
        assert list(stored["nodes"][0]["config"]) == ["sample"]
        assert whole.export(uow, again, form).text == first.text


def test_the_order_of_fields_is_kept(unit):
    document = refunds()
    document["nodes"][2]["config"]["headers"] = {"zeta": "1", "a": "2", "mm": "3"}
    with unit() as uow:
        workflow_id = drafted(uow, document).id
    with unit() as uow:
        stored = drafts.current(uow, whole.get(uow, workflow_id)).document
        assert list(stored["nodes"][2]["config"]["headers"]) == ["zeta", "a", "mm"]


def test_a_version_is_exactly_what_was_published(unit, keyring):
    document = refunds()
    document["nodes"][0]["config"]["sample"] = sample = {"zeta": 1e17, "a": 1e22, "m": 1.0}
    with unit() as uow:
        workflow = drafted(uow, document)
        whole.publish(uow, keyring, workflow, 1, "")
        uow.session.expire_all()
        again = documents.dump(documents.from_json(whole.export(uow, workflow, "json", 1).text))
    assert again == document
    assert list(again["nodes"][0]["config"]["sample"]) == list(sample)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "document.not_object"),
        ("{", "document.not_json"),
        ("a: [", "document.not_yaml"),
        ("a: &x 1\nb: *x", "document.alias"),
        ("!!python/object:os.system {}", "document.tag"),
        ("schema: studio.workflow/2\nname: x", "document.choice"),
        ("[" * 500, "document.too_deep"),
    ],
)
def test_a_file_that_is_no_workflow_makes_nothing(unit, text, code):
    with unit() as uow:
        with pytest.raises(InvalidInput) as refused:
            whole.import_text(uow, text)
        assert refused.value.code == code
        assert uow.session.scalar(select(func.count()).select_from(Workflow)) == 0


def test_an_unknown_step_is_refused_with_its_place(unit):
    nodes = [{"key": "a", "type": "action.teleport", "name": "A"}]
    text = documents.to_json(documents.load(refunds(nodes=nodes, edges=[])))
    with unit() as uow, pytest.raises(InvalidInput) as refused:
        whole.import_text(uow, text)
    assert refused.value.problems[0].path == "nodes.0.type"


def test_files_are_named_for_what_they_hold(unit, keyring):
    with unit() as uow:
        workflow = drafted(uow)
        assert whole.export(uow, workflow, "yaml").name == "high-value-refunds.yaml"
        whole.publish(uow, keyring, workflow, 1, "")
        assert whole.export(uow, workflow, "json", 1).name == "high-value-refunds-v1.json"
        whole.rename(uow, workflow, "退款")
        assert whole.export(uow, workflow, "json").name == "workflow.json"


def test_a_copy_starts_nothing_and_is_a_workflow_of_its_own(unit):
    with unit() as uow:
        workflow = drafted(uow, refunds(name="x" * 120))
        copy = whole.duplicate(uow, workflow)
        assert copy.name.startswith("Copy of xxx")
        assert (copy.enabled, copy.published_number) == (False, None)
        drafts.save(uow, copy, 1, refunds(name="Other"))
        assert drafts.current(uow, workflow).document["name"] == "x" * 120


def test_a_new_name_is_audited_and_waits_in_the_draft_for_publishing(unit, keyring):
    with unit() as uow:
        workflow = drafted(uow)
        whole.publish(uow, keyring, workflow, 1, "")
        assert not whole.changed(uow, workflow, drafts.current(uow, workflow))
        whole.rename(uow, workflow, "  Big   refunds ")
        assert workflow.name == "Big refunds"
        draft = drafts.current(uow, workflow)
        assert (draft.document["name"], draft.revision) == ("Big refunds", 2)
        assert [change.kind for change in whole.changes(uow, workflow)] == ["renamed"]
        for name in ("", "   ", "x" * 121):
            with pytest.raises(InvalidInput):
                whole.rename(uow, workflow, name)
    with unit("auditor") as uow:
        actions = [row.action for row in uow.session.scalars(select(AuditEvent).order_by(AuditEvent.seq))]
    assert actions == ["workflow.created", "workflow.published", "workflow.updated"]


def test_an_unpublished_workflow_is_called_what_its_draft_says(unit, keyring):
    with unit() as uow:
        workflow = whole.make_empty(uow)
        drafts.save(uow, workflow, 1, refunds(name="Refunds"))
        assert workflow.name == "Refunds"
        whole.publish(uow, keyring, workflow, 2, "")
        drafts.save(uow, workflow, 2, refunds(name="Not yet"))
        assert workflow.name == "Refunds"


def test_a_workflow_without_a_draft_is_edited_from_what_is_published(unit, keyring):
    with unit() as uow:
        workflow = workflows.create(uow, "Bare")
        assert drafts.current(uow, workflow).document["nodes"] == []
        workflows.publish(uow, keyring, workflow, refunds())
        draft = drafts.current(uow, workflow)
        assert (draft.revision, draft.document["name"]) == (0, "High-value refunds")
        assert not whole.changed(uow, workflow, draft)
        assert uow.session.get(WorkflowDraft, workflow.id) is None


def test_a_deleted_workflow_is_not_found(unit):
    with unit() as uow:
        workflow = drafted(uow)
        workflows.archive(uow, workflow)
        with pytest.raises(NotFound):
            whole.get(uow, workflow.id)


def test_a_lost_save_leaves_the_row_as_it_is(unit):
    with unit() as uow:
        workflow_id = drafted(uow).id
    with unit() as uow:
        workflow = whole.get(uow, workflow_id)
        for seen in (0, 2, 7):
            with pytest.raises(DraftConflict) as lost:
                drafts.save(uow, workflow, seen, refunds(name="Mine"))
            assert lost.value.current.revision == 1
    with unit() as uow:
        assert drafts.current(uow, whole.get(uow, workflow_id)).document["name"] == "High-value refunds"
