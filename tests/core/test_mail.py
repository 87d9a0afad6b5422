"""Mail leaves after the commit through a real server; titles and addresses cannot smuggle headers."""

import socket
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from studio.core import mail, outbox
from studio.core import smtp as smtp_module
from studio.core.errors import InvalidInput, NotFound
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.core.settings import SettingsError
from studio.core.smtp import MailFailed, Server
from tests.servers.smtp import SmtpServer

LETTER = {"to": ["anna@example.com"], "subject": "Hello", "text": "Grüße 🎉"}


@pytest.fixture(autouse=True)
def _own_handlers(monkeypatch):
    monkeypatch.setattr(outbox, "_inside", {})
    monkeypatch.setattr(outbox, "_outside", {})


def send(units, workspace, **more):
    with units.unit(workspace) as uow:
        mail.Mailer().send(uow, key="k", **(LETTER | more))


def job_row(units, workspace):
    with units.unit(workspace, read_only=True) as uow:
        return uow.session.query(OutboxRow).one()


def test_a_mail_arrives_whole(units, workspace, store_settings, smtp: SmtpServer):
    mail.register(replace(store_settings, smtp_url=smtp.url))
    send(units, workspace, html="<p>Grüße</p>", reply_to="help@example.com")
    send(units, workspace)
    assert outbox.drain(units) == 1
    message = smtp.wait_for(1, to="anna@example.com")
    assert message["From"] == "Studio <studio@localhost>"
    assert message["Reply-To"] == "help@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "Grüße 🎉"
    assert message.get_body(("html",)).get_content().strip() == "<p>Grüße</p>"
    assert len(smtp.messages) == 1


def test_a_repeat_has_the_same_message_id_and_another_mail_has_another():
    one, again = (mail.compose(LETTER, "S <s@example.org>", key="w|k") for _ in range(2))
    other = mail.compose(LETTER, "S <s@example.org>", key="w|l")
    assert one["Message-ID"] == again["Message-ID"] != other["Message-ID"]
    assert one["Message-ID"].endswith("@example.org>")


def test_a_busy_server_is_asked_again(units, workspace, store_settings, smtp: SmtpServer):
    mail.register(replace(store_settings, smtp_url=smtp.url))
    smtp.refuse("451 4.3.0 Try again later", times=10)  # the first pause may be none
    send(units, workspace)
    outbox.drain(units)
    row = job_row(units, workspace)
    assert row.state == "queued"
    assert "451 4.3.0 Try again later" in row.last_error


def test_a_final_refusal_is_not_repeated(units, workspace, store_settings, smtp: SmtpServer):
    mail.register(replace(store_settings, smtp_url=smtp.url))
    smtp.refuse("550 5.1.1 No such user")
    send(units, workspace)
    outbox.drain(units)
    assert job_row(units, workspace).state == "failed"


def test_no_server_there_is_tried_again(units, workspace, store_settings):
    mail.register(replace(store_settings, smtp_url="smtp://127.0.0.1:1"))
    send(units, workspace)
    outbox.drain(units)
    assert job_row(units, workspace).state == "queued"


@contextmanager
def talking(*lines, every=0.0):
    """A server that says these lines, so many seconds apart, and then nothing any more."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as opened:
        over = threading.Event()

        def serve():
            connection = opened.enter_context(listening.accept()[0])
            for line in lines:
                connection.sendall(line)
                if over.wait(every):
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield Server.parse(f"smtp://127.0.0.1:{listening.getsockname()[1]}")
        over.set()
        thread.join(5)


def deliver(server):
    server.deliver(mail.compose(LETTER, "S <s@example.org>", key="k"), "s@example.org", ["anna@example.com"])


def test_a_server_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(smtp_module, "TIMEOUT_S", 0.2)
    with talking() as silent, pytest.raises(MailFailed, match="timed out"):
        deliver(silent)


def test_a_server_that_drips_is_given_up(monkeypatch):
    """Each step of it is quick enough; all of it would never end."""
    monkeypatch.setattr(smtp_module, "DEADLINE_S", 0.4)
    lines = [b"220-so much to say\r\n"] * 200
    with talking(*lines, every=0.05) as dripping, pytest.raises(MailFailed, match=r"longer than 0\.4 seconds"):
        deliver(dripping)


def test_a_server_that_is_not_ready_is_asked_again():
    with talking(b"421 4.3.2 Restarting\r\n") as busy, pytest.raises(MailFailed, match="421"):
        deliver(busy)


def test_a_mail_that_was_taken_is_not_sent_again_for_a_rude_goodbye():
    ok = [b"220 hello\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 taken\r\n"]
    with talking(*ok, b"500 no\r\n") as rude:
        deliver(rude)


def test_a_title_with_line_ends_stays_one_header():
    letter = LETTER | {"subject": "Refund\r\nBcc: eve@example.com\n\nbody \ud800"}
    message = mail.compose(letter, "S <s@example.org>", key="k")
    assert message["Subject"] == "Refund Bcc: eve@example.com body ?"
    assert message["Bcc"] is None
    assert b"\nBcc" not in bytes(message)


@pytest.mark.parametrize(
    "to",
    ["a@example.com, eve@example.com", "a@example.com\r\nBcc: eve@example.com", "nobody", "", "@"],
)
def test_an_address_that_is_none_is_refused(to):
    with pytest.raises(InvalidInput):
        mail.compose(LETTER | {"to": [to]}, "S <s@example.org>", key="k")


def test_a_wrong_address_ends_its_job(units, workspace, store_settings, smtp: SmtpServer):
    mail.register(replace(store_settings, smtp_url=smtp.url))
    send(units, workspace, to=["nobody at all"])
    outbox.drain(units)
    assert job_row(units, workspace).state == "failed"
    assert smtp.messages == []


def test_without_a_server_mail_stays_in_the_workspace_s_mailbox(units, workspace, store_settings):
    mail.register(store_settings)
    send(units, workspace)
    outbox.drain(units)
    with units.unit(workspace, read_only=True) as uow:
        (kept,) = mail.mailbox(uow)
        assert (kept.subject, kept.recipients) == ("Hello", ["anna@example.com"])
        assert mail.kept_mail(uow, kept.id) is kept
        assert list(mail.mailbox(uow, before=kept.id)) == []
    with units.unit(new_id(), read_only=True) as uow:
        assert list(mail.mailbox(uow)) == []
        with pytest.raises(NotFound):
            mail.kept_mail(uow, kept.id)


def test_a_test_mail_says_at_once_what_is_wrong(store_settings, smtp: SmtpServer):
    words = {"subject": "Test", "text": "It works."}
    mail.send_test(replace(store_settings, smtp_url=smtp.url), "anna@example.com", **words)
    assert smtp.wait_for(1)["Subject"] == "Test"
    wants_tls = replace(store_settings, smtp_url=smtp.url + "?starttls=1")
    with pytest.raises(MailFailed, match="STARTTLS"):
        mail.send_test(wants_tls, "anna@example.com", **words)


@pytest.mark.parametrize(
    ("url", "host", "port", "tls", "starttls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, False, False),
        ("smtps://u:p%40ss@mail.example.com", "mail.example.com", 465, True, False),
        ("smtp://u:p@mail.example.com:2525?starttls=1", "mail.example.com", 2525, False, True),
    ],
)
def test_addresses_of_mail_servers(url, host, port, tls, starttls):
    server = Server.parse(url)
    assert (server.host, server.port, server.tls, server.starttls) == (host, port, tls, starttls)
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://h:none", "smtp://u:p@mail.example.com:25"])
def test_a_wrong_or_careless_address_is_refused_at_start(url):
    with pytest.raises(SettingsError, match="STUDIO_SMTP_URL"):
        Server.parse(url)
