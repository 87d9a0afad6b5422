"""A mail speaks its reader's language, whoever sends it and wherever it is written."""

import ast
from pathlib import Path

import flask_babel
from flask import Flask
from sqlalchemy import select, update

from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.accounts.service import invitations
from studio.contract.spans import in_words, plainly
from studio.core import i18n, speaking
from studio.core.figures import separated
from studio.core.mail import Mailer
from studio.core.models import OutboxRow
from tests.factories.accounts import make_tenant
from tests.languages import pseudo

STUDIO = Path(__file__).parents[2] / "studio"
WRITTEN_BY_MERCHANTS = {"runtime/nodes/action_email.py"}
"""Whose words are the workflow's own."""
ENGLISH = {
    "cli.py", "console/keys/commands.py", "console/keys/rotating.py", "console/keys/walking.py", "core/figures.py",
    "remote/files.py", "runtime/ledger/payloads.py",
}  # fmt: skip
"""Where a whole number has the separators of English: what operators read in a terminal, and the defaults."""


def test_every_module_that_mails_says_in_whose_language():
    silent = {
        str(file.relative_to(STUDIO))
        for file in STUDIO.rglob("*.py")
        if _mails(ast.parse(source := file.read_text(encoding="utf-8"))) and "speaking" not in source
    }
    assert silent - {"core/mail.py"} == WRITTEN_BY_MERCHANTS


def _mails(tree: ast.Module) -> bool:
    calls = (one.func for one in ast.walk(tree) if isinstance(one, ast.Call))
    return any(isinstance(one, ast.Attribute) and one.attr == "send" and _is_mailer(one.value) for one in calls)


def _is_mailer(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.strip("_") == "mailer"


def test_an_invitation_speaks_the_language_of_whoever_is_invited(database, tmp_path, monkeypatch):
    _speak_foreign(tmp_path, monkeypatch)
    tenant = make_tenant(database)
    url = "https://studio.example"
    with database.unit(tenant.id, actor=tenant["owner"].actor) as uow:
        seat = invitations.invite(uow, Mailer(), email="new@example.com", name="New", role=Role.AUDITOR, public_url=url)
        seat_id = seat.id
        uow.session.execute(update(User).where(User.id == seat.user_id).values(locale=pseudo.LOCALE))
    with database.unit(tenant.id, actor=tenant["owner"].actor) as uow:
        invitations.send_again(uow, Mailer(), seat_id, public_url=url)
    with database.unit(tenant.id) as uow:
        first, second = (row.payload for row in uow.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
    assert first["subject"].startswith("You have a seat")
    assert second["subject"].startswith(pseudo.OPEN)
    assert second["text"].startswith(pseudo.OPEN)


def test_what_is_said_to_one_reader_is_not_said_to_the_next(tmp_path, monkeypatch):
    _speak_foreign(tmp_path, monkeypatch)
    foreign = f"{pseudo.OPEN}Home{pseudo.CLOSE}"
    with speaking.speaking(pseudo.LOCALE):
        assert i18n.gettext("Home") == flask_babel.gettext("Home") == foreign
        with speaking.speaking("en-GB"):
            assert i18n.gettext("Home") == flask_babel.gettext("Home") == "Home"
        assert i18n.gettext("Home") == foreign
    assert i18n.gettext("Home") == flask_babel.gettext("Home") == "Home"


def _speak_foreign(folder, monkeypatch):
    pseudo.write(folder / "translations")
    home = Flask("studio")
    flask_babel.Babel(home, default_translation_directories=str(folder / "translations"))
    monkeypatch.setattr(speaking, "_home", lambda: home)


def test_whole_numbers_and_lengths_in_sentences_are_those_of_their_language(app: Flask):
    """“36,500” is thirty-six and a half to whoever reads German."""
    del app  # joins the catalogues
    assert (separated(36_500), in_words(90_000), plainly(86_400_000)) == ("36,500", "1 day 1 hour", "1,000 days")
    for language, number, length in (
        ("de", "36.500", "1 Tag 1 Stunde"), ("es", "36.500", "1 día 1 hora"), ("en", "36,500", "1 day 1 hour"),
    ):  # fmt: skip
        with speaking.speaking(language):
            assert (separated(36_500), separated(999), in_words(90_000)) == (number, "999", length)


def test_no_module_writes_separators_of_english_into_sentences():
    """But commands of operators, which speak English alone, and what the ledger says to none but them."""
    written = {
        str(file.relative_to(STUDIO)) for file in STUDIO.rglob("*.py") if ":,}" in file.read_text(encoding="utf-8")
    }
    assert written == ENGLISH
