"""What machines ask about this process."""

from dataclasses import replace

import pytest

from tests.fixtures.app import close_app, open_app


@pytest.fixture
def make(store_settings, mailer):
    made = []

    def make(**settings):
        app = open_app(replace(store_settings, **settings), mailer)
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        close_app(app)


def test_it_lives_and_is_ready(make):
    client = make()
    assert client.get("/livez").text == "ok\n"
    assert client.get("/readyz").text == "ok\n"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_missing_redis_degrades_and_does_not_stop(make):
    answer = make(redis_url="redis://127.0.0.1:1/0").get("/readyz")
    assert (answer.status_code, answer.text) == (200, "degraded: redis unavailable\n")


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_missing_database_is_not_ready_but_lives(make):
    client = make(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
class TestMetrics:
    def test_only_this_machine_may_look_without_a_token(self, make):
        client = make()
        assert "python_info" in client.get("/metrics").text
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404

    def test_with_a_token_only_its_holder_may_look(self, make):
        client = make(metrics_token="t0ken")
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200
