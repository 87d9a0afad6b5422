"""The page of an experiment: an empty one that teaches, a plan, what it says before and at the horizon, a decision."""

import re

import pytest
from sqlalchemy import select

from studio.flags.models import FlagExperiment
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.flags import make_flag, make_metrics
from tests.flags.experimenting.world import World, alike, better

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
HERE = "/flags/new-checkout/development/experiment"
FORM = {
    "hypothesis": "One page sells more", "arm.0.name": "old", "arm.0.share": "50", "arm.1.name": "new",
    "arm.1.share": "50", "primary": "orders", "better": "up", "units": "200", "stickiness": "userId",
    "metric": "errors", "tolerance": "1,5", "worse": "up",
}  # fmt: skip


@pytest.fixture
def house(app, database):
    made = make_tenant(database)
    make_flag(app, made)
    return made


@pytest.fixture
def owner(app, house):
    return signed_in(app, house.id, house["owner"])


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def with_metrics(database, house):
    with database.unit(house.id, house["owner"].actor) as uow:
        make_metrics(uow)


def test_an_empty_page_teaches_and_a_plan_is_refused_with_what_was_typed(owner, database, house):
    empty = text(owner.get(HERE))
    assert "Try variants against each other" in empty
    assert "There is no metric yet that could decide it." in empty
    with_metrics(database, house)
    for change, said in (
        ({"arm.1.share": "60"}, "at most 100 per cent"), ({"arm.1.share": "x"}, "“x” is no number."),
        ({"units": ""}, "Say when it is read"), ({"units": "many"}, "“many” is no whole number."),
        ({"primary": "none"}, "There is no metric “none”."), ({"days": "x"}, "“x” is no whole number."),
        ({"stickiness": "random"}, "Name the field"),
    ):  # fmt: skip
        refused = owner.post(HERE, data={**FORM, **change})
        assert refused.status_code == 422
        assert said in text(refused)
        assert "One page sells more" in refused.text
    assert owner.post(HERE, data={**FORM, "days": "3"}).status_code == 302
    page = text(owner.get(HERE))
    assert "Draft" in page
    assert "Try variants" not in page
    with database.unit(house.id) as uow:
        row = uow.session.scalars(select(FlagExperiment)).one()
        assert (row.design["guardrails"][0]["tolerance"], row.design["until"] is not None) == (0.015, True)
    assert owner.post(f"{HERE}/act", data={"do": "none"}).status_code == 422
    assert owner.post(f"{HERE}/act", data={"do": "drop"}).status_code == 302
    assert owner.post(HERE, data=FORM).status_code == 302
    assert f"{HERE}/{row.id}" in owner.get(HERE).text


def test_before_the_horizon_nothing_is_called_and_at_it_somebody_decides(app, owner, house):
    world = World(app, tenant=house, hypothesis="One page sells more")
    assert owner.post(f"{HERE}/act", data={"do": "start"}).status_code == 302
    world.seen(world.people(150), did=better)
    early = text(owner.get(HERE))
    assert "Nothing is called before the horizon" in early
    assert "Not called yet" in early
    assert "people in the smallest arm" in early
    assert "Keep the control" not in early
    assert owner.post(f"{HERE}/decide", data={"ship": "new"}).status_code == 409
    world.seen(world.people(450, batch=1), did=better)
    world.pass_time(minutes=6)
    late = text(owner.get(HERE))
    assert "“new” is better than the control." in late
    assert "Waits for a decision" in late
    assert "The arms have the sizes they were given" in late
    assert late.index("Give everybody “new”") < late.index("Keep the control") < late.index("Another variant is better")
    assert owner.post(f"{HERE}/decide", data={"ship": "old"}).status_code == 422
    assert owner.post(f"{HERE}/decide", data={"ship": "new", "note": "Twice the orders"}).status_code == 302
    done = text(owner.get(HERE))
    assert "Decided: give everybody “new”." in done
    assert "Twice the orders" in done
    assert "Plan the next one" in done
    assert owner.post(f"{HERE}/act", data={"do": "stop"}).status_code == 409
    again = owner.post(HERE, data=FORM)
    assert (again.status_code, "Other rules give the flag to everybody" in text(again)) == (422, True)
    assert HERE in owner.get("/flags/new-checkout").text
    earlier = text(owner.get(f"{HERE}/{world.id}"))
    assert "Decided: give everybody “new”." in earlier
    assert "Plan it" not in earlier
    assert owner.get(HERE.replace("development", "production") + f"/{world.id}").status_code == 404


def test_who_may_only_read_is_offered_nothing(app, house):
    world = World(app, tenant=house).start()
    world.seen(world.people(), did=alike)
    world.pass_time(minutes=6)
    auditor = signed_in(app, house.id, house["auditor"])
    page = auditor.get(HERE)
    assert page.status_code == 200
    assert "No difference was seen." in text(page)
    assert '<button class="btn' not in page.text.split("<main", 1)[1]
    assert auditor.post(f"{HERE}/decide", data={"ship": ""}).status_code == 403
