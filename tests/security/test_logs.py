"""Whatever goes wrong, the log leads to it by its ids and holds nothing that opens anything."""

from dataclasses import replace

import orjson
import pytest
from sqlalchemy.exc import IntegrityError

from studio.accounts.models import User
from studio.accounts.service import credentials
from tests.factories.accounts import make_tenant, make_token, with_token
from tests.fixtures.app import close_app, open_app

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def logging_app(store_settings, mailer):
    app = open_app(replace(store_settings, json_logs=True, log_level="debug"), mailer)
    app.testing = False  # as in production: a crash is answered and logged
    yield app
    close_app(app)


def lines(capsys):
    return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_crash_on_a_mailed_link_is_found_by_its_id_and_does_not_show_the_link(logging_app, capsys, monkeypatch):
    def crash(*_arguments):
        raise RuntimeError("boom")

    monkeypatch.setattr(credentials, "whose", crash)
    tenant = make_tenant(logging_app.extensions["studio_database"])
    logging_app.test_client().post("/password/forgot", data={"email": tenant["owner"].email})
    monkeypatch.setattr("studio.accounts.views.passwords.redirect", crash)
    capsys.readouterr()
    answer = logging_app.test_client().get(f"/password/{'CANARY' * 6}", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["route"]) == ("request_crashed", "error", "GET /password/<token>")
    assert line["request_id"] == answer.json["request_id"]
    assert "RuntimeError: boom" in line["exception"]
    assert "CANARY" not in str(line)


def test_passwords_and_tokens_stand_in_no_line(logging_app, capsys, monkeypatch):
    """Each is sent where the database then refuses: the error, with its statement, is logged."""
    tenant = make_tenant(logging_app.extensions["studio_database"])
    token = make_token(logging_app, tenant, "owner", ["secrets:write"])
    monkeypatch.setattr("studio.accounts.service.vault.version_of", lambda _blob: None)
    capsys.readouterr()
    body = {"name": "a_secret", "value": "CANARY-VALUE", "hosts": ["api.example.com"]}
    answer = with_token(logging_app, token).post("/api/v1/secrets", json=body)
    logging_app.test_client().post("/sign-in", data={"email": "x@example.com", "password": "CANARY-PASSWORD"})
    assert answer.status_code == 500
    logged = capsys.readouterr().err
    assert "request_crashed" in logged
    assert "CANARY" not in logged
    assert token not in logged


def test_an_error_of_the_database_carries_no_values(logging_app):
    database = logging_app.extensions["studio_database"]
    tenant = make_tenant(database)
    with pytest.raises(IntegrityError) as failed, database.unit() as uow:
        uow.session.add(User(email=tenant["owner"].email, name="CANARY", password_hash="CANARY", created_at=uow.now))
    assert "insert into app_user" in str(failed.value).lower()
    assert "CANARY" not in str(failed.value)
