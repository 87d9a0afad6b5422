"""What this process reaches destinations by, for pages and the API."""

from typing import cast

from flask import current_app

from studio.export.components import Reach
from studio.export.service.configs import Door


def reach() -> Reach:
    """What exporters of this process reach the world by."""
    return cast("Reach", current_app.extensions["studio_export"])


def door() -> Door:
    """What may be called from here."""
    return Door(reach().allowed_hosts)
