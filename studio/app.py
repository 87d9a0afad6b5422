"""The application: all that is shown, on top of what every process has (joining)."""

from datetime import timedelta
from importlib import import_module

from flask import Flask
from flask_babel import Babel, gettext, ngettext
from flask_login import LoginManager
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from studio import joining
from studio.accounts import frame, guard, identity, recognition
from studio.accounts.permissions import public
from studio.approvals.nodes import checking
from studio.approvals.policies import service as policies
from studio.approvals.service import calendars, naming
from studio.approvals.tables import named as matrices
from studio.builder.service import drafts
from studio.connectors import checks as connection_checks
from studio.connectors.service import answering
from studio.connectors.webhooks.secrets import PREFIX as CONNECTIONS
from studio.contract import gates, outputs, references
from studio.core import (
    assets,
    cookies,
    formats,
    headers,
    i18n,
    limits,
    logs,
    measured,
    problems,
    retelling,
    unstorable,
    web,
)
from studio.core.settings import Settings
from studio.core.settings import load as load_settings
from studio.export.service import naming as export_naming
from studio.flags import naming as flag_names
from studio.flags import steps as flag_steps
from studio.flags.serving.front import FlagFront
from studio.flags.serving.serving import Serving
from studio.guard import asking
from studio.guard.targets import naming as target_naming
from studio.runtime import decision_table
from studio.runtime.hooks.front import PREFIX, HookFront
from studio.runtime.service import audit_reading
from studio.runtime.service.reference_checks import published_names, published_users
from studio.runtime.sources import service as sources

VIEWS = (
    "studio.accounts.views",
    "studio.api.scim",
    "studio.api.v1",
    "studio.builder.views",
    "studio.connectors.views",
    "studio.console.ops",
    "studio.console.views",
    "studio.export.views",
    "studio.flags.views",
    "studio.flags.serving.routes",
    "studio.gallery.views",
    "studio.guard.views",
    "studio.portal.views",
)
"""Modules with a `blueprint`. A package's line is added with its views."""

MAX_BODY = 10 * 1024 * 1024
"""Bytes of one request; routes that take less say so themselves."""


def create_app(settings: Settings | None = None) -> Flask:
    """Make the app from its settings, or from the environment's."""
    settings = settings or load_settings()
    logs.configure(settings, web.request_id)
    app = web.StudioFlask("studio", template_folder="templates", static_folder="static")
    joining.ground(app, settings)
    _configure(app, settings)
    web.init_app(app, recognition.identify)
    _join_extensions(app, settings)
    joining.join(app, settings)
    _join_references()
    app.extensions["studio_flag_serving"] = Serving(app.extensions["studio_database"])
    app.extensions["studio_gates"] = gates.current()
    asking.init_app(app)
    app.wsgi_app = FlagFront(app.wsgi_app, app.extensions["studio_flag_serving"])  # type: ignore[method-assign]  # Flask says so
    _trust_proxies(app, settings)
    routes = {CONNECTIONS: app.extensions["studio_webhooks"].receive, PREFIX: app.extensions["studio_receiver"].receive}
    app.wsgi_app = HookFront(app.wsgi_app, routes)  # type: ignore[method-assign]  # Flask says so
    for name in VIEWS:
        app.register_blueprint(import_module(name).blueprint)
    public("what the front end's build has made")(app.view_functions["static"])
    return app


def _join_references() -> None:
    """Workflows are written and checked, and what they name is deleted, through pages and the API alone."""
    references.register(calendars.KIND, calendars.missing)
    references.register(policies.KIND, policies.missing)
    references.register(matrices.KIND, matrices.missing)
    references.register(matrices.COLUMN, matrices.missing_column)
    references.register(naming.GROUP, naming.missing_group)
    references.register(naming.SCHEDULE, naming.missing_schedule)
    references.register(naming.USER, naming.missing_person)
    references.register(target_naming.KIND, target_naming.missing)
    references.register(export_naming.KIND, export_naming.missing)
    references.register(connection_checks.KIND, connection_checks.missing)
    references.register(flag_names.KIND, flag_names.missing_flag)
    references.register(flag_names.ENVIRONMENT, flag_names.missing_environment)
    references.register(flag_names.SEGMENT, flag_names.missing_segment)
    references.register(flag_names.METRIC, flag_names.missing_metric)
    references.register_check("rollouts", flag_steps.unfit)
    references.register_check("connections", connection_checks.unfit)
    outputs.register("connection.action", answering.given)
    references.register_check("approvals", checking.unmeetable)
    references.register_check("audit", audit_reading.unreadable)
    references.register_check("tables", decision_table.unfit)
    references.register_users("published", published_users)
    references.register_named("published", published_names)
    references.register_named("drafts", drafts.names)
    references.register_users("drafts", drafts.users)
    references.register_named("sources", sources.names)
    references.register_users("sources", sources.users)


def _configure(app: Flask, settings: Settings) -> None:
    cookies.init_app(app, app.extensions["studio_keyring"])
    app.config.update(
        PUBLIC_URL=settings.public_url,
        MAX_CONTENT_LENGTH=MAX_BODY,
        SESSION_COOKIE_NAME="__Host-studio" if settings.secure else "studio",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=24),
        BABEL_DEFAULT_LOCALE="en",
        BABEL_DEFAULT_TIMEZONE="UTC",
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # forms and samples keep the order they were written in
    app.jinja_env.policies["json.dumps_kwargs"] = {}  # Jinja's own would sort them in what pages carry
    app.jinja_env.undefined = StrictUndefined  # a misspelt name in a template is an error, not an empty page
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _trust_proxies(app: Flask, settings: Settings) -> None:
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # same


def _join_extensions(app: Flask, settings: Settings) -> None:
    measured.init_app(app)  # first: what the others answer by themselves counts, and took as long as it took
    problems.init_app(app)
    unstorable.init_app(app)
    limits.init_app(app, settings)
    guard.init_app(app)
    headers.init_app(app, secure=settings.secure)
    assets.init_app(app)
    formats.init_app(app)
    frame.init_app(app)
    Babel(app, locale_selector=frame.locale, timezone_selector=frame.time_zone)
    i18n.use(gettext, ngettext, formats.locale)
    app.jinja_env.globals["told"] = i18n.gettext  # for sentences that come from a registry, not from the template
    app.jinja_env.globals["told_all"] = i18n.each
    app.jinja_env.filters["retold"] = retelling.retold  # for what runs have stored
    app.jinja_env.globals["language"] = formats.language
    login = LoginManager(app, add_context_processor=False)  # templates know `person`; an error page must not look it up
    login.session_protection = None  # a session is a row of ours, revoked there
    login.user_loader(identity.load_for_flask_login)
    login.request_loader(identity.load_for_flask_login)
