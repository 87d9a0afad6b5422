"""A backlog of escalations is a few statements, however long it is, and each request fares as it would alone."""

import pytest
from sqlalchemy import func, select

from studio.accounts.outcomes import Role
from studio.core.models import OutboxRow
from tests.approvals.test_bulk import statements
from tests.factories.accounts import make_person
from tests.factories.approvals import make_delegation
from tests.factories.escalations import come_due, level, make_escalating, state, states, work

FEW, MANY = 9, 13
"""Both beyond what is written row by row."""


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Sand")


def due(database, tenant, count, asked, *levels, step=0, **more):
    """So many whose step is due."""
    made = [make_escalating(database, tenant, asked, *levels, **more) for _number in range(count)]
    for _step in range(step):
        come_due(database, tenant, *made)
        work(database, tenant)
    come_due(database, tenant, *made)
    return made


def test_many_levels_are_as_many_statements_as_few(database, tenant, jonas, lena, mara, heard):
    """Where people are asked instead, one of whom is away; where others fall in; and where there is nobody to ask."""
    counted = []
    make_delegation(database, tenant, lena, mara)
    for count in (FEW, MANY):
        instead = due(database, tenant, count, [jonas], level(lena, replaces=True))
        barred = {"requester": mara.email}
        fall_in = due(
            database, tenant, count, [jonas], level(mara), plan={"fallback": [f"user:{lena.email}"]}, **barred
        )
        nobody = due(database, tenant, count, [jonas], level(mara), **barred)
        counted.append(statements(database, lambda: work(database, tenant)))
        for made, people in (
            (instead, {jonas: "escalated_away", lena: "open", mara: "open"}),
            (fall_in, {jonas: "open", lena: "open"}),
            (nobody, {jonas: "open"}),
        ):
            wanted = {person.user_id: state for person, state in people.items()}
            assert [states(database, tenant, one) for one in made] == [wanted] * count
    few, many = counted
    assert few == many


@pytest.mark.parametrize("then", ["decline", "approve"])
def test_many_last_words_are_as_many_statements_as_few(database, tenant, jonas, lena, heard, then):
    counted = []
    for count in (FEW, MANY):
        made = due(database, tenant, count, [jonas], level(lena), step=1, plan={"then": then})
        counted.append(statements(database, lambda: work(database, tenant)))
        [ended] = {state(database, tenant, one) for one in made}
        assert ended == {"decline": "declined", "approve": "approved"}[then]
        assert len(heard.ends) == count
        with database.unit(tenant.id) as uow:
            told = OutboxRow.key.in_([f"approval.told:{one}" for one in made])
            assert uow.session.scalar(select(func.count()).where(told)) == count
        heard.ends.clear()
    few, many = counted
    assert few == many
