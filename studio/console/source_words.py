"""Event sources in words."""

from flask_babel import gettext as _

from studio.connectors.hooks.events import KINDS
from studio.core.i18n import gettext
from studio.runtime.models import EventSource, SourceEvent
from studio.runtime.sources.service import WEBHOOK


def state(row: EventSource) -> tuple[str, str]:
    """Words and kind of a chip."""
    if row.closed_at is None:
        return _("Open"), "good"
    return (_("Address taken over"), "") if row.taken_by is not None and row.address_hash is None else (_("Closed"), "")


def hears(row: EventSource) -> str:
    """What it hears."""
    if row.type == WEBHOOK:
        signature = row.settings.get("signature", "none")
        return str(_("Webhook") if signature == "none" else _("Webhook, signed: %(scheme)s", scheme=signature))
    kind = KINDS.get(row.settings.get("event", "order.created"))
    what = gettext(kind.title) if kind is not None else str(row.settings.get("event"))
    return str(_("%(event)s at %(connection)s", event=what, connection=row.settings.get("connection")))


def came(event: SourceEvent) -> str:
    """How an event came, in a few words."""
    if event.meta.get("method"):
        kind = str(event.meta.get("content_type") or "").partition(";")[0]
        return f"{event.meta['method']} {kind}".strip()
    return str(event.meta.get("connection") or "")
