"""The blueprint that this package's pages hang on, and what they reach other parts by."""

from typing import cast

from flask import Blueprint, current_app
from flask_wtf import FlaskForm
from wtforms import Field

from studio.accounts.service.vault import SecretVault
from studio.contract.ports import Mailer
from studio.core import web
from studio.core.errors import StudioError, Unavailable
from studio.core.i18n import gettext as _
from studio.core.settings import Settings

blueprint = Blueprint("accounts", "studio.accounts")


def mailer() -> Mailer:
    """Where mail goes; `app.py` joins it."""
    found = current_app.extensions.get("studio_mailer")
    if found is None:
        raise Unavailable(_("Mail is not set up in this process."))
    return cast("Mailer", found)


def vault() -> SecretVault:
    """The workspace's secrets."""
    return cast("SecretVault", current_app.extensions["studio_vault"])


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["studio_settings"])


def show_in(form: FlaskForm, error: StudioError, fallback: str) -> None:
    """Put a service's refusal under the field that it names, as if the form had found it.

    What the service had begun is taken back: rows read before must be read again.
    """
    web.rollback(error)
    for problem in error.problems:
        field: Field | None = form._fields.get(problem.path)
        if field is not None:
            field.errors = [*field.errors, problem.message]
            return
    chosen: Field = form[fallback]
    chosen.errors = [*chosen.errors, error.message]
