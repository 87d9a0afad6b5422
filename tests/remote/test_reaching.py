"""Addresses, tokens and refusals: which status a script sees, and that the token is seen nowhere."""

import json
from pathlib import Path
from threading import Thread

import pytest
from werkzeug import Response
from werkzeug.serving import make_server

from studio.remote.place import of_environment
from tests.factories.accounts import make_token
from tests.factories.workflows import make_workflow, refunds


def test_without_a_token_the_variable_is_named(typed):
    asked = typed("workflow list", STUDIO_TOKEN=None)
    assert asked.exit_code == 2
    assert "STUDIO_TOKEN" in asked.stderr


def test_a_token_from_a_file(typed, environment):
    Path("token").write_text(f"{environment['STUDIO_TOKEN']}\n", encoding="utf-8")
    assert typed("workflow list", STUDIO_TOKEN=None, STUDIO_TOKEN_FILE="token").exit_code == 0
    assert typed("workflow list", STUDIO_TOKEN=None, STUDIO_TOKEN_FILE="gone").exit_code == 2


@pytest.mark.parametrize(
    "url", ["ftp://studio.example", "studio.example", "http://studio.example", "https://a:b@studio.example", "https://"]
)
def test_addresses_that_no_token_is_sent_to(typed, url):
    refused = typed("workflow list --url", url)
    assert refused.exit_code == 2


def test_nobody_answers(typed):
    silent = typed("workflow list --url http://localhost:9")
    assert silent.exit_code == 4
    assert "localhost:9" in silent.stderr


def test_something_else_answers(typed):
    server = make_server("localhost", 0, Response("It works!"))
    thread = Thread(target=server.serve_forever)
    thread.start()
    other = typed(f"workflow list --url http://localhost:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()
    assert other.exit_code == 4
    assert "is it a Studio?" in other.stderr


def test_a_refusal_says_what_is_missing(typed, app, tenant):
    token = make_token(app, tenant, "owner", ["workflows:read"])
    refused = typed("runs list --json", STUDIO_TOKEN=token)
    assert (refused.exit_code, refused.stdout) == (3, "")
    assert json.loads(refused.stderr)["status"] == 403
    assert typed("runs list", STUDIO_TOKEN=token).stderr.startswith("Error: ")


def test_an_unknown_token_is_refused_and_not_shown(typed):
    refused = typed("workflow list", STUDIO_TOKEN="stu_wrong")
    assert refused.exit_code == 3
    assert "stu_wrong" not in refused.output
    assert "stu_wrong" not in repr(of_environment("https://studio.example", {"STUDIO_TOKEN": "stu_wrong"}))


def test_completion_asks_studio_for_names(typed, app, tenant):
    make_workflow(app, tenant, refunds(name="Refunds"))
    script = typed("completion bash")
    assert script.exit_code == 0
    assert "_STUDIO_COMPLETE=bash_complete" in script.stdout
    tab = {"_STUDIO_COMPLETE": "bash_complete", "COMP_WORDS": "studio workflow publish Ref", "COMP_CWORD": "3"}
    assert typed("", **tab).stdout == "plain,Refunds\n"
    assert typed("", **tab, STUDIO_TOKEN=None).stdout.strip() == ""
