"""The gallery's pages: found, narrowed, answered; a draft opens in the builder."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select

from studio.accounts.models import User
from studio.core.unit_of_work import Database
from studio.gallery.loading import templates
from studio.runtime.models import Workflow
from tests.factories.accounts import MadeTenant, make_tenant, signed_in
from tests.factories.approvals import make_group
from tests.fixtures.client import StudioClient

URL = "/gallery/high-value-refunds/use"


@pytest.fixture
def store() -> str:
    return "sqlite"


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


@pytest.fixture
def browser(app: Flask, tenant: MadeTenant):
    return lambda role="owner": signed_in(app, tenant.id, tenant[role])


def made(database: Database, tenant: MadeTenant) -> list[Workflow]:
    with database.unit(tenant.id) as uow:
        return list(uow.session.scalars(select(Workflow)))


def answers(tenant: MadeTenant, **changed: object) -> dict[str, object]:
    return {
        "answer_threshold": "250",
        "answer_deciders_people": [str(tenant["approver"].user_id)],
        "answer_deciders_name": "Refund team",
        "answer_due": "3",
        "answer_due_unit": "hours",
        "answer_tell": "finance@example.com",
    } | changed


def test_the_index_is_narrowed_by_its_address(browser) -> None:
    client: StudioClient = browser("auditor")
    assert client.get("/gallery").text.count("template-card") == len(templates())
    of_customers = [one for one in templates() if "Customers" in one.categories]
    assert client.get("/gallery?category=Customers").text.count("template-card") == len(of_customers) > 0
    found = client.get("/gallery?q=fraud").text
    assert "Cancel high-risk orders" in found
    assert found.count("template-card") == 1
    assert "No template fits" in client.get("/gallery?q=zeppelin").text


def test_it_is_searched_in_the_language_it_is_read_in(browser, database: Database, tenant: MadeTenant) -> None:
    with database.unit(tenant.id) as uow:
        uow.session.get_one(User, tenant["auditor"].user_id).locale = "de"
    client: StudioClient = browser("auditor")
    assert 0 < client.get("/gallery?q=Bewertung").text.count("template-card") < 5


def test_many_templates_ask_the_database_no_more_than_one(browser, database: Database) -> None:
    client, asked = browser(), []
    event.listen(database.app, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for address in ("/gallery", "/gallery?q=fraud", "/gallery"):
        asked.clear()
        client.get(address)
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_who_only_reads_is_not_offered_to_use(browser) -> None:
    page = browser("auditor").get("/gallery/high-value-refunds")
    assert "Above €400.00?" in page.text
    assert "Approved: Tell who pays it out" in page.text
    assert URL not in page.text
    assert browser("auditor").get(URL).status_code == 403


def test_answers_make_a_draft_and_open_it(app, database, tenant, browser) -> None:
    client = browser()
    assert 'value="400"' in client.get(URL).text
    answer = client.post(URL, data=answers(tenant))
    workflow = made(database, tenant)[0]
    assert (answer.status_code, answer.location) == (303, f"/workflows/{UUID(str(workflow.id))}/edit")
    assert workflow.template_slug == "high-value-refunds"
    assert workflow.description == "Asks before a refund above €250.00 goes out, and tells the outcome."
    assert not workflow.enabled


def test_a_group_that_exists_is_chosen(database, tenant, browser) -> None:
    make_group(database, tenant, "Refund team", [tenant["approver"]])
    page = browser("builder").get(URL).text
    assert '<option selected value="Refund team">' in page
    answer = browser("builder").post(URL, data=answers(tenant, answer_deciders="Refund team"))
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("answer_threshold", "lots", "Write a number"),
        ("answer_deciders_people", [], "Choose at least one person"),
        ("answer_deciders_name", "", "Give the group a name"),
        ("answer_due", "0", "Write a whole number from 1"),
        ("answer_due", "soon", "Not a valid integer value"),
        ("answer_due_unit", "years", "Not a valid choice"),
        ("answer_tell", "", "Write an e-mail address"),
    ],
)
def test_a_bad_answer_is_said_beside_its_field_and_nothing_is_made(
    database, tenant, browser, field, value, said
) -> None:
    answer = browser().post(URL, data=answers(tenant, **{field: value}))
    assert answer.status_code == 422
    assert said in answer.text
    assert "Nothing was saved yet." in answer.text
    assert made(database, tenant) == []


def test_there_is_no_such_template(browser) -> None:
    assert browser().get("/gallery/no-such").status_code == 404
    assert browser().post("/gallery/no-such/use").status_code == 404
