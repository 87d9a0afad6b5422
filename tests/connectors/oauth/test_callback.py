"""The page that providers send browsers back to."""

import pytest

from studio.connectors.views.blueprint import BROWSER
from tests.factories.accounts import signed_in

HERE = "/connections/callback"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_callback_of_nobody_is_refused_in_words(app):
    for query in ({}, {"state": "x" * 5000, "code": "c"}, {"error": "access_denied"}, {"state": "A" * 64, "code": "c"}):
        answer = app.test_client().get(HERE, query_string=query)
        assert answer.status_code == 409
        assert "Studio knows nothing of this sign-in" in answer.text


@pytest.mark.slow
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_browser_that_left_comes_back_to_a_connection(app, desk, provider):
    app.extensions["studio_connecting"] = desk.connecting
    row = desk.draft(provider.settings())
    come = provider.agree(desk.begin(row))
    client = signed_in(app, desk.workspace_id, desk.tenant["admin"])
    refused = client.get(HERE, query_string=come)
    assert (refused.status_code, desk.row(row).status) == (409, "pending_auth")
    assert "another browser" in refused.text
    with client.session_transaction() as session:
        session[BROWSER] = desk.me.browser
    answer = client.get(HERE, query_string=come)
    assert (answer.status_code, desk.row(row).status) == (200, "active")
    assert "is connected" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert come["code"] not in answer.text
    again = client.get(HERE, query_string=come)
    assert again.status_code == 409
