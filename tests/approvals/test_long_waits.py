"""A decision that comes after four hundred days: its run goes on, whatever was let go of meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from studio.approvals.models import Assignment, Request, Vote
from studio.core import clock
from studio.runtime.models import Event, Run
from tests.approvals.running import Running, node, said
from tests.factories.approvals import decide

DAYS = 400


@pytest.fixture
def running(app, tenant):
    yield Running(app, tenant)
    clock.reset()


def pass_the_days(running):
    """A look at what may be let go of every fifty days, each of which is past what the workspace keeps."""
    for _ in range(DAYS // 50):
        clock.shift(timedelta(days=50))
        running.engine.search.catch_up(clock.local_now())
        for _hour in range(2):
            running.engine.retention(clock.local_now())


def counts(running, *tables):
    with running.database.unit(running.tenant.id) as uow:
        return [uow.session.scalar(select(func.count()).select_from(table)) for table in tables]


def people(*some):
    return [f"user:{one.email}" for one in some]


def test_one_request_in_two_stages_with_a_year_before_each(running, jonas, lena):
    ask = node("ask", "approval.request", title="Refund?", approvers=people(jonas), more_stages=True)
    stage = node("last", "approval.stage", request="steps.ask.request_id", approvers=people(lena))
    edges = [("form", "next", "ask"), ("ask", "approved", "last"), ("last", "approved", "done")]
    workflow_id = running.publish([ask, stage, said("done")], edges)
    run_id = running.start(workflow_id)
    [asked] = running.requests(run_id)
    for person in (jonas, lena):
        pass_the_days(running)
        assert counts(running, Run, Request) == [1, 1]
        decide(running.database, running.tenant, person, asked.id)
        running.drain()
    assert running.state(run_id) == "succeeded"
    assert "done" in running.steps(run_id)
    assert counts(running, Request, Assignment, Vote) == [1, 2, 2]


def test_several_requests_of_one_run(running, jonas, lena):
    steps = [
        node("one", "approval.ask", title="One?", approvers=people(jonas)),
        node("two", "approval.ask", title="Two?", approvers=people(lena)),
        node("all", "approval.wait_all"),
        said("done"),
    ]
    edges = [("form", "next", "one"), ("one", "next", "two"), ("two", "next", "all"), ("all", "approved", "done")]
    run_id = running.start(running.publish(steps, edges))
    one, two = running.requests(run_id)
    decide(running.database, running.tenant, jonas, one.id)
    pass_the_days(running)
    decide(running.database, running.tenant, lena, two.id)
    running.drain()
    assert running.state(run_id) == "succeeded"
    assert running.steps(run_id)["all"].output["approved"] == 2


def test_what_has_ended_is_let_go_of_and_what_waits_beside_it_is_not(running, jonas):
    """So that a purge that lets go of nothing proves nothing."""
    ask = node("ask", "approval.request", title="Refund?", approvers=people(jonas))
    workflow_id = running.publish([ask, said("done")], [("form", "next", "ask"), ("ask", "approved", "done")])
    ended, waiting = running.start(workflow_id), running.start(workflow_id)
    decide(running.database, running.tenant, jonas, running.requests(ended)[0].id)
    running.drain()
    pass_the_days(running)
    with running.database.unit(running.tenant.id) as uow:
        assert list(uow.session.scalars(select(Run.id))) == [waiting]
        assert list(uow.session.scalars(select(Event.run_id))) == [waiting]  # it can be read as long as its run
    decide(running.database, running.tenant, jonas, running.requests(waiting)[0].id)
    running.drain()
    assert running.state(waiting) == "succeeded"
