"""Who last changed what a version does, apart from who saved or published it; and that they do not decide."""

import pytest

from studio.accounts.outcomes import Role
from studio.approvals.models import Request
from studio.builder.service import drafts, whole
from studio.core.errors import StudioError
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service import workflows
from tests.approvals.running import TRIGGER, Running, node
from tests.factories.accounts import make_person
from tests.factories.approvals import decide
from tests.factories.workflows import make_workflow, refunds


@pytest.fixture
def running(app, tenant):
    return Running(app, tenant)


@pytest.fixture
def tom(database, tenant):
    return make_person(database, tenant.id, Role.BUILDER, "Tom Hill")


def document(*people, x=0, **more):
    ask = node("ask", "approval.request", title="Refund?", approvers=[f"user:{one.email}" for one in people], **more)
    ask["position"] = {"x": x, "y": 0}
    return refunds(nodes=[TRIGGER, ask], edges=[{"from": "form", "port": "next", "to": "ask"}])


@pytest.fixture
def write(running):
    def save(person, workflow_id, raw):
        with running.database.unit(running.tenant.id, person.actor) as uow:
            workflow = uow.session.get_one(Workflow, workflow_id)
            drafts.put(uow, workflow, drafts.current(uow, workflow).revision, documents.parse(raw))

    return save


@pytest.fixture
def publish(running, app):
    def make(person, workflow_id):
        keyring = app.extensions["studio_keyring"]
        with running.database.unit(running.tenant.id, person.actor) as uow:
            workflow = uow.session.get_one(Workflow, workflow_id)
            seen = drafts.current(uow, workflow).revision
            return whole.publish(uow, keyring, workflow, seen, "").edited_by

    return make


def test_moving_steps_about_does_not_hide_who_changed_it(running, tenant, tom, jonas, write, publish):
    workflow_id = make_workflow(running.app, tenant, document(jonas))
    write(tom, workflow_id, document(jonas, instructions="Look twice."))
    write(tenant["builder"], workflow_id, document(jonas, x=80, instructions="Look twice."))
    assert publish(tenant["admin"], workflow_id) == tom.user_id


def test_whoever_makes_or_restores_it_is_its_editor(running, tenant, tom, jonas, write, publish):
    builder, admin = tenant["builder"], tenant["admin"]
    workflow_id = make_workflow(running.app, tenant, document(jonas))
    assert publish(admin, workflow_id) == builder.user_id
    write(tom, workflow_id, document(jonas, instructions="Look twice."))
    assert publish(admin, workflow_id) == tom.user_id
    with running.database.unit(tenant.id, admin.actor) as uow:
        workflow = uow.session.get_one(Workflow, workflow_id)
        drafts.restore(uow, workflow, 1, drafts.current(uow, workflow).revision)
    assert publish(tom, workflow_id) == admin.user_id


@pytest.mark.parametrize("bars", [True, False])
def test_they_are_not_asked_where_the_step_says_so(running, tenant, tom, jonas, write, publish, bars):
    workflow_id = make_workflow(running.app, tenant, document(jonas))
    write(tom, workflow_id, document(jonas, tom, bar_editor=bars))
    publish(tenant["admin"], workflow_id)
    [asked] = running.requests(running.start(workflow_id))
    if bars:
        with pytest.raises(StudioError) as refused:
            decide(running.database, tenant, tom, asked.id)
        assert refused.value.code == "self_approval"
    else:
        decide(running.database, tenant, tom, asked.id)
    with running.database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, asked.id).open is bars


def test_both_who_published_and_who_changed_it_may_be_barred(running, tenant, tom, jonas, write, publish):
    admin = tenant["admin"]
    workflow_id = make_workflow(running.app, tenant, document(jonas))
    write(tom, workflow_id, document(jonas, tom, admin, bar_editor=True, bar_publisher=True))
    publish(admin, workflow_id)
    [asked] = running.requests(running.start(workflow_id))
    for person in (tom, admin):
        with pytest.raises(StudioError) as refused:
            decide(running.database, tenant, person, asked.id)
        assert refused.value.code == "self_approval"
    decide(running.database, tenant, jonas, asked.id)


def test_where_nobody_knows_who_changed_it_it_is_whoever_published_it(running, tenant, jonas):
    admin = tenant["admin"]
    raw = document(jonas, admin, bar_editor=True)
    workflow_id = make_workflow(running.app, tenant, raw)
    with running.database.unit(tenant.id, admin.actor) as uow:
        workflow = uow.session.get_one(Workflow, workflow_id)
        workflows.publish(uow, running.app.extensions["studio_keyring"], workflow, raw)
    [asked] = running.requests(running.start(workflow_id))
    with pytest.raises(StudioError) as refused:
        decide(running.database, tenant, admin, asked.id)
    assert refused.value.code == "self_approval"
