"""The first page of a new installation: who may open it, what it makes, and that it is gone afterwards."""

import threading

import pytest
from sqlalchemy import func, select

from studio import first_run
from studio.accounts.models import Seat, User, Workspace
from studio.accounts.service import founding
from studio.accounts.service.founding import Founder
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.audit.models import AuditEvent
from studio.core.errors import Gone
from studio.runtime.models import Workflow
from tests.factories.accounts import PASSWORD, make_tenant

FILLED = {
    "person": "Ola Nord", "email": "Ola@Example.com", "password": PASSWORD, "workspace": "North Shop",
    "currency": "SEK", "time_zone": "Europe/Stockholm", "locale": "de",
}  # fmt: skip


def count(database, model) -> int:
    with database.unit() as uow:
        return uow.session.scalar(select(func.count()).select_from(model)) or 0


def test_whoever_comes_first_becomes_owner_and_is_signed_in(app, database):
    browser = app.test_client()
    assert browser.get("/sign-in").location == "/first-run"
    assert "Nobody owns this Studio yet" in browser.get("/first-run").text
    assert browser.post("/first-run", data=FILLED).location == "/home"
    assert "North Shop" in browser.get("/home").text
    with database.unit() as uow:
        [place] = uow.session.scalars(select(Workspace))
        assert (place.currency, place.time_zone, place.locale) == ("SEK", "Europe/Stockholm", "de")
    with database.unit(place.id, read_only=True) as uow:
        assert uow.session.execute(select(User.email, Seat.role).join(Seat)).all() == [("ola@example.com", "owner")]
        assert uow.session.scalars(select(Workflow.id)).all() == []
        actions = set(uow.session.scalars(select(AuditEvent.action)))
        assert {"workspace.created", "member.created", "session.signed_in"} <= actions


def test_the_example_is_published_where_it_is_wanted(app, database):
    app.test_client().post("/first-run", data=FILLED | {"demo": "y"})
    with database.unit() as uow:
        workspace_id = uow.session.scalars(select(Workspace.id)).one()
    with database.unit(workspace_id, read_only=True) as uow:
        assert uow.session.scalars(select(Workflow.published_number)).all() == [1]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"email": "nobody"}, "This is no e-mail address"),
        ({"password": "short"}, "Use at least 12 characters"),
        ({"currency": "XXY"}, "Not a valid choice"),
        ({"workspace": "  "}, "A workspace needs a name."),
        ({"person": ""}, "This is needed."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_made(app, database, wrong, sentence):
    answer = app.test_client().post("/first-run", data=FILLED | wrong)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert (count(database, Workspace), count(database, User)) == (0, 0)


def test_it_is_gone_once_somebody_owns_studio(app, database):
    make_tenant(database)
    people = count(database, User)
    browser = app.test_client()
    assert browser.get("/first-run").status_code == 410
    assert browser.post("/first-run", data=FILLED).status_code == 410
    assert "set up already" in browser.get("/first-run").text
    assert (count(database, Workspace), count(database, User)) == (1, people)
    assert browser.get("/sign-in").status_code == 200


def test_elsewhere_it_takes_the_token_that_studio_printed(app, database, monkeypatch, capsys):
    settings = app.extensions["studio_settings"]
    browser = app.test_client()
    # Another name that leads to this machine, as a hostile page would use: its pages are not let in either.
    hostile = {"base_url": "http://rebound.example"}
    assert browser.get("/first-run", **hostile).status_code == 403
    assert browser.post("/first-run", data=FILLED, **hostile).status_code == 403
    monkeypatch.setattr(type(settings), "is_local", property(lambda _self: False))
    stranger = app.test_client()
    assert stranger.get("/first-run").status_code == 403
    assert stranger.get("/first-run/guessed").location == "/first-run"
    assert stranger.post("/first-run", data=FILLED).status_code == 403
    assert count(database, Workspace) == 0
    first_run.invite(settings)
    link = capsys.readouterr().out.split("Make its owner at ")[1].strip()
    operator = app.test_client()
    assert operator.get(link.removeprefix(settings.public_url)).location == "/first-run"
    assert operator.post("/first-run", data=FILLED).location == "/home"
    first_run.invite(settings)
    assert capsys.readouterr().out == ""


def test_two_at_once_make_one_owner(database):
    start, ended = threading.Barrier(2), []

    def found(address: str) -> None:
        start.wait()
        try:
            with database.unit() as uow:
                founding.found(uow, WorkspaceFacts("Shop"), Founder(address, "Somebody", PASSWORD))
            ended.append("made")
        except Gone:
            ended.append("refused")

    threads = [threading.Thread(target=found, args=(f"{name}@example.com",)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["made", "refused"]
    assert (count(database, Workspace), count(database, User)) == (1, 1)
