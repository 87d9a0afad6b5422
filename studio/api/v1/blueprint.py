"""The blueprint of the API, and what its operations reach other parts by."""

from typing import cast

from flask import Blueprint, current_app

from studio.accounts.service.vault import SecretVault
from studio.connectors.calling.stepping import Reach
from studio.connectors.oauth.connecting import Connecting
from studio.contract.ports import Mailer
from studio.core.crypto import Keyring
from studio.core.settings import Settings
from studio.runtime.archive.places import Reach as ArchiveReach
from studio.runtime.engine.engine import Engine

PREFIX = "/api/v1"

blueprint = Blueprint("api_v1", "studio.api.v1", url_prefix=PREFIX)


def engine() -> Engine:
    """The engine of this process."""
    return cast("Engine", current_app.extensions["studio_engine"])


def connections() -> Reach:
    """By what calls to other systems are made."""
    return cast("Reach", current_app.extensions["studio_connections"])


def connecting() -> Connecting:
    """The verbs of signing in at providers of tokens."""
    return cast("Connecting", current_app.extensions["studio_connecting"])


def keyring() -> Keyring:
    """The keys of this installation."""
    return cast("Keyring", current_app.extensions["studio_keyring"])


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["studio_settings"])


def mailer() -> Mailer:
    """How mail leaves."""
    return cast("Mailer", current_app.extensions["studio_mailer"])


def vault() -> SecretVault:
    """The secrets of all workspaces."""
    return cast("SecretVault", current_app.extensions["studio_vault"])


def archive_reach() -> ArchiveReach:
    """What archives are reached by from this process."""
    return cast("ArchiveReach", current_app.extensions["studio_archive"])
