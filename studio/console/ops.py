"""What machines ask about this process: does it live, is it ready, how is it doing."""

import os
from hmac import compare_digest
from ipaddress import ip_address
from typing import cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from studio.accounts.permissions import public
from studio.core import web
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.settings import Settings
from studio.operations.measuring import Installation
from studio.operations.probing import Probes
from studio.operations.readiness import judge

_PROBES, _INSTALLATION = "studio_probes", "studio_installation"
blueprint = Blueprint("ops", __name__)


@blueprint.get("/livez")
@blueprint.get("/healthz")
@public("a supervisor asks whether the process answers", hot=True)
def livez() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@public("a load balancer asks where to send requests", hot=True)
def readyz() -> ResponseReturnValue:
    """200 where this process does its work, degraded or not; 503 where it cannot, or is about to stop."""
    found = judge(_probes().facts())
    answer = jsonify(found.as_json())
    answer.headers["Cache-Control"] = "no-store"
    return answer, found.status


@blueprint.get("/metrics")
@public("Prometheus scrapes with a token of its own, or from this machine", hot=True)
def metrics() -> Response:
    """Counters and histograms of all processes on this data folder. Without the token the address does not exist."""
    if not _may_scrape(_settings()):
        raise NotFound(_("There is nothing at this address."))
    told = generate_latest(_registry()) + generate_latest(_installation())
    return Response(told, content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    """Web and worker processes share files, so that one scrape sees them all; a lone process has its own memory."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus-client leaves it so
    return registry


def _installation() -> CollectorRegistry:
    """What the database knows, once, whichever process is asked."""
    made = current_app.extensions.get(_INSTALLATION)
    if made is None:
        made = CollectorRegistry()
        made.register(Installation(web.database()))
        current_app.extensions[_INSTALLATION] = made
    return cast("CollectorRegistry", made)


def _may_scrape(settings: Settings) -> bool:
    if settings.metrics_token is None:
        # Behind a proxy on this machine everybody comes from loopback, so a public address needs a token.
        here = request.remote_addr is not None and ip_address(request.remote_addr).is_loopback
        return here and settings.is_local
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return compare_digest(sent.encode(), settings.metrics_token.encode())


def _probes() -> Probes:
    """Made with the first question: what is remembered between questions is a process's own."""
    return cast("Probes", current_app.extensions.setdefault(_PROBES, Probes(_settings(), web.database())))


def _settings() -> Settings:
    return cast("Settings", current_app.extensions["studio_settings"])
