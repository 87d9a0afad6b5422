"""The blueprint of the gallery."""

from flask import Blueprint

blueprint = Blueprint("gallery", "studio.gallery")
