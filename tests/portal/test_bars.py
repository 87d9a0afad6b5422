"""Whoever must not decide does not, by whatever route: found in the source, and driven in every order.

`WAYS` has a driver for each place of the source that decides; a further one fails the census until it has one.
"""

import ast
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.permissions import SCOPES
from studio.accounts.service import tokens
from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, Outcome
from studio.approvals.policy import mailbox
from studio.approvals.service import bulk
from studio.approvals.slack import pressing
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import StudioError
from tests.factories.accounts import MadePerson, make_person, with_token
from tests.factories.approvals import make_delegation, make_group, make_request
from tests.portal.conftest import LINK

SOURCE = Path(__file__).parents[2] / "studio"
VERBS = {"decide", "approve", "decline", "request_changes"}
EXAMPLES = {"sqlite": 25, "postgresql": 8}


@dataclass
class World:
    """Seven people of every role that decides, one of them twice, with all their ways in."""

    shop: Any
    people: list[MadePerson]
    browsers: dict[int, Any]
    programs: dict[int, Any]
    mailboxes: dict[int, Any]


# -- the ways by which somebody may decide ----------------------------------------------------------------------


def by_page(world, who, request, outcome):
    world.browsers[who].post(f"/approvals/{request.id}/decide", data=_form(request, outcome))


def by_rows(world, who, request, outcome):
    data = {"act": outcome, "pick": f"{request.id}:{request.shown}", "comment": "Because"}
    world.browsers[who].post("/inbox/selected", data=data)


def by_link(world, who, request, outcome):
    """With a mailbox session of the person's: from this request's mail where there is one, else from another's."""
    shop, browser = world.shop, world.mailboxes[who]
    shop.run_jobs()
    person = world.people[who]
    mails = [mail for mail in shop.mailer.sent.values() if mail.to == (person.email,) and request.title in mail.text]
    links = [found[1] for mail in mails if (found := LINK.search(mail.text))]
    if links:
        browser.post(f"{links[-1]}/code")
        sent = [mail for mail in shop.mailer.sent.values() if mail.to == (person.email,)]
        if "code" in sent[-1].subject:
            browser.post(f"{links[-1]}/code/check", data={"code": shop.code_of(person)})
    browser.post(f"/a/decision/{request.id}", data=_form(request, outcome))


def by_api(world, who, request, outcome):
    body = {"outcome": outcome, "shown": request.shown, "comment": "Because"}
    world.programs[who].post(f"/api/v1/approvals/{request.id}/decision", json=body)


def by_api_of_many(world, who, request, outcome):
    items = [{"id": str(request.id), "shown": request.shown}]
    body = {"outcome": outcome, "items": items, "comment": "Because"}
    world.programs[who].post("/api/v1/approvals/decisions", json=body)


def by_service(world, who, request, outcome):
    with world.shop.database.unit(world.shop.tenant.id, world.people[who].actor) as uow:
        service.decide(uow, request.id, Outcome(outcome), shown=request.shown, reason="Because")


def by_verb(world, who, request, outcome):
    verbs = {"approved": service.approve, "declined": service.decline, "changes_requested": service.request_changes}
    with world.shop.database.unit(world.shop.tenant.id, world.people[who].actor) as uow:
        verbs[outcome](uow, request.id, shown=request.shown, reason="Because")


def by_bulk(world, who, request, outcome):
    with world.shop.database.unit(world.shop.tenant.id, world.people[who].actor) as uow:
        bulk.decide(uow, [bulk.Pick(request.id, request.shown)], Outcome(outcome), reason="Because")


def by_slack(world, who, request, outcome):
    """What a believed press does, as the person behind it; asking for changes has no button there."""
    pressed = {decides.value: action for action, decides in pressing._OUTCOMES.items()}
    if outcome in pressed:
        found = SimpleNamespace(press=SimpleNamespace(action=pressed[outcome], reason="Because"))
        with world.shop.database.unit(world.shop.tenant.id, world.people[who].actor) as uow:
            pressing._decided(uow, found, request.id, request.shown)


def _form(request, outcome):
    return {"outcome": outcome, "shown": request.shown, "comment": "Because"}


WAYS = {
    "portal/views/decision.py:decide": by_page,
    "portal/views/bulk.py:_decide": by_rows,
    "portal/views/links.py:link_decide": by_link,
    "api/v1/resources/approvals.py:decide_approval": by_api,
    "api/v1/resources/approvals.py:decide_approvals": by_api_of_many,
    "portal/deciding.py:decide": by_page,
    "approvals/service/bulk.py:decide": by_bulk,
    "approvals/slack/pressing.py:_decided": by_slack,
    "approvals/service/deciding.py:approve": by_verb,
    "approvals/service/deciding.py:decline": by_verb,
    "approvals/service/deciding.py:request_changes": by_verb,
}
"""Each function of the source that decides for the person who acts, and how a test goes that way."""
OF_EXPERIMENTS = {
    "flags/views/experiments.py:experiment_decide",
    "api/v1/resources/flag_experiments.py:decide_flag_experiment",
    "flags/nodes/experiment_decide.py:_decide",
}
"""What becomes of an experiment is decided by another service; where people have to agree, it asks for an approval."""
DRIVERS = [by_service, *dict.fromkeys(WAYS.values())]


def test_every_place_that_decides_has_a_driver():
    found = set()
    for file in SOURCE.rglob("*.py"):
        for function in _functions(ast.parse(file.read_text(encoding="utf-8"))):
            if any(_decides(node, file) for node in ast.walk(function)):
                found.add(f"{file.relative_to(SOURCE)}:{function.name}")
    assert found - OF_EXPERIMENTS == set(WAYS)


@pytest.mark.parametrize(
    ("row", "home"), [("Vote", "approvals/service/deciding.py"), ("Decision", "approvals/service/ending.py")]
)
def test_one_place_makes_votes_and_one_makes_decisions(row, home):
    makers = {
        str(file.relative_to(SOURCE))
        for file in (SOURCE / "approvals").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == row
    }
    assert makers == {home}


def _functions(tree):
    """Functions at the top of a module and methods; what stands within one is its own."""
    inside = [node for top in tree.body if isinstance(top, ast.ClassDef) for node in top.body]
    return [node for node in [*tree.body, *inside] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _decides(node, file):
    """Whatever name the service goes by where it is imported."""
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Attribute(attr=verb):
            return verb in VERBS
        case ast.Name(id="decide"):
            return file.name == "deciding.py" and file.parent.name == "service"
    return False


# -- the people, and what may happen ----------------------------------------------------------------------------

ROLES = (Role.OWNER, Role.ADMIN, Role.BUILDER, Role.APPROVER, Role.APPROVER, Role.APPROVER)
WHO = st.integers(0, len(ROLES))
OUTCOMES = st.sampled_from(["approved", "declined", "changes_requested"])
TURNS = st.one_of(
    st.tuples(st.just("decide"), WHO, st.sampled_from(DRIVERS), OUTCOMES),
    st.tuples(st.just("hand on"), WHO, WHO, WHO),
    st.tuples(st.just("stand in"), WHO, WHO),
)
ASKS = st.fixed_dictionaries(
    {
        "named": st.lists(WHO, max_size=4, unique=True),
        "group": st.lists(WHO, min_size=1, max_size=4, unique=True),
        "requester": st.none() | WHO,
        "editor": st.none() | WHO,
        "barred": st.lists(WHO, max_size=2, unique=True),
        "need": st.sampled_from(["any", "all"]),
        "waits": st.booleans(),
    }
)


@pytest.fixture
def world(shop):
    tenant, database = shop.tenant, shop.database
    people = [make_person(database, tenant.id, role, f"Person {n}") for n, role in enumerate(ROLES)]
    local, _, domain = people[3].email.partition("@")
    people.append(make_person(database, tenant.id, Role.APPROVER, "Person 3 again", email=f"{local}+shop@{domain}"))
    made = World(shop, people, {}, {}, {})
    for number, person in enumerate(people):
        made.browsers[number] = shop.browser(person)
        with database.unit(tenant.id, person.actor) as uow:
            text = tokens.create(uow, name="Program", scopes=list(SCOPES), user_id=person.user_id).text
        made.programs[number], made.mailboxes[number] = with_token(shop.app, text), shop.browser()
    return made


_numbers = iter(range(1_000_000))


def ask(world, wanted) -> UUID | None:
    """None where nobody may decide it."""
    people, number = world.people, next(_numbers)
    group = f"Group {number}"
    make_group(world.shop.database, world.shop.tenant, group, [people[one] for one in wanted["group"]])
    names = [f"group:{group}", *(f"user:{people[one].email}" for one in wanted["named"])]
    rule = ApprovalRule(
        [ApprovalStage([ApprovalPart(names, wanted["need"])])], changes=("end", "wait")[wanted["waits"]]
    )
    requester, editor = wanted["requester"], wanted["editor"]
    try:
        return make_request(
            world.shop.database, world.shop.tenant, [], rule=rule, title=f"Refund {number}!",
            requester=None if requester is None else people[requester].email,
            last_editor=None if editor is None else people[editor].user_id,
            barred=[people[one].user_id for one in wanted["barred"]],
        )  # fmt: skip
    except StudioError as refused:
        if refused.code != "nobody_can_decide":
            raise
        return None


def kept_out(world, wanted) -> set[UUID]:
    """Everybody whose mailbox is that of somebody who must not decide."""
    numbers = {wanted["requester"], wanted["editor"], *wanted["barred"]} - {None}
    boxes = {mailbox(world.people[one].email) for one in numbers}
    return {person.user_id for person in world.people if mailbox(person.email) in boxes}


def turn(world, request_id, what, who, *more):
    database, tenant, people = world.shop.database, world.shop.tenant, world.people
    with database.unit(tenant.id) as uow:
        request = uow.session.get_one(Request, request_id)
        shares = uow.session.scalars(
            select(Assignment).where(Assignment.request_id == request_id, Assignment.state.in_(LIVE))
        ).all()
    try:
        if what == "decide":
            driver, outcome = more
            driver(world, who, request, outcome)
        elif what == "hand on":
            whose, to = more
            share = next((one for one in shares if one.user_id == people[whose].user_id), None)
            if share is not None:
                with database.unit(tenant.id, people[who].actor) as uow:
                    service.reassign(uow, share.id, people[to].user_id)
        else:
            [to] = more
            make_delegation(database, tenant, people[who], people[to])
            world.shop.run_jobs()
    except StudioError:
        return  # refused; whether rightly is what the rows say


@pytest.mark.timeout(300)
def test_nobody_who_is_barred_decides_by_any_route(world):
    counted = {"votes": 0}

    @settings(
        max_examples=EXAMPLES[world.shop.database.dialect],
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(ASKS, st.lists(TURNS, min_size=4, max_size=9))
    def course(wanted, turns):
        request_id = ask(world, wanted)
        if request_id is None:
            return
        for one in turns:
            turn(world, request_id, *one)
        out = kept_out(world, wanted)
        with world.shop.database.unit(world.shop.tenant.id) as uow:
            votes = uow.session.scalars(select(Vote).where(Vote.request_id == request_id)).all()
            decided = uow.session.scalars(select(Decision).where(Decision.request_id == request_id)).all()
        assert not {vote.user_id for vote in votes} & out, "somebody who must not has voted"
        assert not {vote.place_id for vote in votes} & out, "the place of somebody who must not was filled"
        assert not {decision.by_user_id for decision in decided} & out
        counted["votes"] += len(votes)

    course()
    assert counted["votes"], "nobody decided anything, so nothing was shown"


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.__name__)
def test_each_route_decides_for_whoever_may(world, driver):
    """So that a route that refuses everybody proves nothing."""
    wanted = {"named": [4], "group": [4], "requester": 5, "editor": 0, "barred": [1], "need": "any", "waits": False}
    request_id = ask(world, wanted)
    for barred in (5, 0, 1):
        turn(world, request_id, "decide", barred, driver, "approved")
    with world.shop.database.unit(world.shop.tenant.id) as uow:
        assert uow.session.scalars(select(Vote).where(Vote.request_id == request_id)).all() == []
    turn(world, request_id, "decide", 4, driver, "approved")
    with world.shop.database.unit(world.shop.tenant.id) as uow:
        assert len(uow.session.scalars(select(Vote).where(Vote.request_id == request_id)).all()) == 1
