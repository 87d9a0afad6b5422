"""The running Studio that a test looks at from outside: its address, its people, its mails."""

import json
import os
import re
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from benchmarks.servers.process import ServerMissing
from benchmarks.stack import Stack, stack
from studio.accounts import demo
from studio.accounts.demo import Credentials
from studio.app import create_app
from tests.servers.smtp import SmtpServer


@dataclass
class Studio:
    """One installation."""

    url: str
    people: dict[str, Credentials]
    smtp: SmtpServer | None
    stack: Stack

    def sign_in(self, page: Page, first_name: str) -> Page:
        """Type what the person types, and see that it was right."""
        who = self.people[first_name]
        page.goto(self.url + "/sign-in")
        page.get_by_label("E-mail").fill(who.email)
        page.get_by_label("Password").fill(who.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/sign-in" not in address)
        return page

    @property
    def log(self) -> str:
        """The end of what the process has said."""
        return self.stack.logs["studio"].read_text()[-4000:]

    def deliver(self, address: str, payload: Any) -> str:
        """Post a payload as a shop does; the id of the run that it started comes back."""
        body = json.dumps(payload).encode()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 202
            return json.load(answer)["run_id"]

    def mail_to(self, first_name: str, count: int = 1) -> str:
        """Wait until the person has so many mails; the text of the last of them."""
        message = self.smtp.wait_for(count, to=self.people[first_name].email)
        return message.get_body(("plain",)).get_content()


@contextmanager
def running_studio(
    smtp: SmtpServer | None = None,
    allowed: str = "",
    furnish: Callable[[Flask, list[Credentials]], None] = lambda _app, _people: None,
) -> Iterator[Studio]:
    """`studio run` on SQLite, with the demo's people, whose passwords are known here. Without SMTP mail stays in it."""
    settings = {"STUDIO_ALLOWED_HOSTS": allowed} | ({"STUDIO_SMTP_URL": smtp.url} if smtp else {})
    try:
        with stack("sqlite", **settings) as started:
            app = create_app(started.settings)
            people = demo.seed(app.extensions["studio_database"])
            furnish(app, people)
            app.extensions["studio_engine"].stop()
            started.start("studio", "run")
            started.wait_ready()
            by_name = {one.name.split()[0]: one for one in people}
            yield Studio(started.settings.public_url, by_name, smtp, started)
    except ServerMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))


def link_in(mail: str) -> str:
    """The address of a decision in a mail."""
    return re.search(r"https?://\S+/a/\S+", mail)[0]


def code_in(mail: str) -> str:
    """The six digits in a mail."""
    return re.search(r"\b\d{6}\b", mail)[0]
