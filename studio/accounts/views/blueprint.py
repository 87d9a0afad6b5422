"""The blueprint that this package's pages hang on."""

from flask import Blueprint

blueprint = Blueprint("accounts", "studio.accounts")
