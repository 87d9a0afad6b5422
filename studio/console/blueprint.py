"""The blueprint that the console's pages hang on."""

from typing import cast

from flask import Blueprint, current_app

from studio.core.crypto import Keyring
from studio.core.settings import Settings
from studio.runtime.archive.places import Reach
from studio.runtime.engine.engine import Engine

blueprint = Blueprint("console", "studio.console")


def engine() -> Engine:
    """The engine of this process."""
    return cast("Engine", current_app.extensions["studio_engine"])


def keyring() -> Keyring:
    """The keys of this installation."""
    return cast("Keyring", current_app.extensions["studio_keyring"])


def archive_reach() -> Reach:
    """What archives are reached by from this process."""
    return cast("Reach", current_app.extensions["studio_archive"])


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["studio_settings"])
