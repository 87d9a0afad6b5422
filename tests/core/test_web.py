"""The request's unit of work: committed with the answer, rolled back with an error, not opened for nothing."""

import json

import pytest
from flask import Flask
from psycopg import OperationalError as Refused
from sqlalchemy.exc import OperationalError
from werkzeug.routing import BuildError, Map, Rule

from studio.accounts.models import AttemptCounter
from studio.accounts.permissions import public
from studio.core import web
from studio.core.errors import Conflict
from studio.core.unit_of_work import Database


@pytest.fixture
def opened(database: Database, monkeypatch) -> list[bool]:
    """One entry a unit of work that was opened: whether it only reads."""
    seen, unit = [], database.unit

    def counted(*args, read_only=False, **kwargs):
        seen.append(read_only)
        return unit(*args, read_only=read_only, **kwargs)

    monkeypatch.setattr(database, "unit", counted)
    return seen


def add(app: Flask, url: str, view, *, hot: bool = False, methods=("POST",)) -> None:
    app.add_url_rule(url, url, public("a test", hot=hot)(view), methods=list(methods))


def write(key: str) -> str:
    uow = web.current_uow()
    uow.session.add(AttemptCounter(key=key, failures=1, since=uow.now))
    return "done"


def written(database: Database) -> set[str]:
    with database.unit() as uow:
        return {row.key for row in uow.session.query(AttemptCounter)}


def test_what_a_view_did_is_committed_before_the_answer_leaves(app, database):
    add(app, "/write", lambda: write("a"))
    answer = app.test_client().post("/write", buffered=False)
    assert answer.text == "done"
    assert written(database) == {"a"}


def test_an_expected_refusal_rolls_back(app, database):
    def refuse():
        write("a")
        raise Conflict("Somebody was faster.")

    add(app, "/refuse", refuse)
    answer = app.test_client().post("/refuse", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (409, "conflict")
    assert written(database) == set()


def test_a_defect_rolls_back_and_names_only_its_request(app, database):
    def crash():
        write("a")
        raise ZeroDivisionError("a secret detail")

    add(app, "/crash", crash)
    app.testing = False
    answer = app.test_client().post("/crash", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json["request_id"]
    assert "secret detail" not in answer.text
    page = app.test_client().post("/crash", headers={"Accept": "text/html"})
    assert "Nothing was changed." in page.text
    assert written(database) == set()


def test_a_commit_that_is_refused_answers_like_any_other_error(app, database):
    def refuse(_uow):
        raise Conflict("The chain moved on.")

    add(app, "/write", lambda: write("a"))
    database.finishers.append(refuse)
    answer = app.test_client().post("/write", headers={"Accept": "application/json"})
    database.finishers.remove(refuse)
    assert (answer.status_code, answer.json["detail"]) == (409, "The chain moved on.")
    assert written(database) == set()


def test_one_request_opens_one_unit_that_reads_where_it_only_asks(app, opened):
    add(app, "/ask", lambda: str(web.current_uow() is web.current_uow()), methods=["GET", "POST"])
    client = app.test_client()
    assert (client.get("/ask").text, client.post("/ask").text) == ("True", "True")
    assert opened == [True, False]


def test_a_hot_route_touches_nothing(app, opened):
    add(app, "/hot", lambda: "taken", hot=True)
    answer = app.test_client().post("/hot", forge=True, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.text == "taken"
    assert opened == []
    assert "Set-Cookie" not in answer.headers


def test_a_static_file_touches_nothing(app, opened):
    answer = app.test_client().get("/static/icons.svg", buffered=True)
    answer.close()
    assert answer.status_code == 200
    assert opened == []


@pytest.mark.parametrize(
    ("url", "method", "status"), [("/nowhere", "GET", 404), ("/sign-in", "DELETE", 405), ("/%00", "GET", 404)]
)
def test_every_error_is_a_page_or_a_problem(app, url, method, status):
    page = app.test_client().open(url, method=method, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert "</main>" in page.text
    data = app.test_client().open(url, method=method, headers={"Accept": "application/json"})
    assert data.content_type == "application/problem+json"
    assert json.loads(data.text)["status"] == status


def test_a_body_over_the_limit_is_refused(app):
    add(app, "/big", lambda: str(len(__import__("flask").request.get_data())))
    app.config["MAX_CONTENT_LENGTH"] = 10
    answer = app.test_client().post("/big", data=b"x" * 11, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_database_that_is_away_is_no_defect_but_a_reason_to_come_later(app, accept):
    def ask():
        raise OperationalError("select 1", None, Refused("connection refused"))

    add(app, "/ask", ask)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a test's app would raise it instead
    answer = app.test_client().post("/ask", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "database" in answer.text


def test_a_route_learns_late_what_werkzeugs_own_learns_early():
    rules = ("/one", "/one/<name>", "/files/<path:rest>", "/n/<int:number>/")
    asked = ({}, {"name": "a b/ü"}, {"rest": "a/b"}, {"number": 7}, {"name": "x", "q": ["1", "&"]}, {"nobody": "knows"})

    def answers(kind: type[Rule]) -> list[object]:
        routes = Map([kind(rule, endpoint=rule) for rule in rules]).bind("localhost")
        found: list[object] = []
        for rule in rules:
            for values in (*asked, *asked):  # the second time it has learned
                try:
                    found.append(routes.build(rule, values))
                except BuildError:
                    found.append(None)
        return found

    assert answers(web.LateRule) == answers(Rule)
