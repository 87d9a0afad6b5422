"""Slack by its published contract: messages, threads, and refusals that come with status 200."""

import pytest

from studio.connectors.catalogue import connector
from studio.connectors.errors import ApiError, SignInRefused
from tests.factories.connections import Switchboard
from tests.servers.http_target import http_target
from tests.servers.slack import CHANNEL, TEAM, TOKEN, Slack

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def server():
    with http_target(Slack) as running:
        yield running


@pytest.fixture
def board(make_rig, app, server):
    rig = make_rig([], [])
    board = Switchboard(app, rig.workspace_id, f"127.0.0.1:{server.port}")
    board.url += "/api"
    board.connect("Slack", handle="slack", connector="slack", fields={"token": TOKEN}, account=TEAM)
    return board


def post(board, **given):
    action = connector("slack").action("message")
    return action().perform(board.accounts.api(board.workspace_id, "slack"), action.Config.model_validate(given), "k")


def test_a_message_is_posted_and_answered_below(board, server):
    first = post(board, channel="#approvals", text="Order *6021* is paid.")
    assert first == {"channel": CHANNEL, "message": server.messages[0].ts}
    post(board, channel=CHANNEL, text="And sent.", thread=first["message"])
    assert server.requests[-1].json()["thread_ts"] == first["message"]
    account = connector("slack").probe(board.accounts.api(board.workspace_id, "slack"))
    assert account.id == TEAM


@pytest.mark.parametrize(
    ("error", "code", "field", "unknown"),
    [
        ("not_in_channel", "slack.not_in_channel", "channel", False),
        ("msg_too_long", "slack.msg_too_long", "text", False),
        ("ratelimited", "slack.ratelimited", None, False),
        ("fatal_error", "slack.fatal_error", None, True),
        ("something_new", "slack.something_new", None, False),
    ],
)
def test_a_refusal_is_told_in_words_though_its_status_is_200(board, server, error, code, field, unknown):
    server.answer(200, json_body={"ok": False, "error": error})
    with pytest.raises(ApiError) as refused:
        post(board, channel="#approvals", text="Hello")
    assert (refused.value.code, refused.value.field, refused.value.seen) == (code, field, unknown)
    assert refused.value.message
    assert server.messages == []


def test_an_odd_answer_and_a_lost_sign_in(board, server):
    server.answer(200, json_body=["ok"])
    with pytest.raises(ApiError) as odd:
        post(board, channel="#approvals", text="Hello")
    assert odd.value.code == "slack.refused"
    board.sign_in("slack", fields={"token": "xoxb-of-nobody"}, account=TEAM)
    with pytest.raises(SignInRefused):
        post(board, channel="#approvals", text="Hello")
