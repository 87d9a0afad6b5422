"""What the buttons of a thread do, on the decision page and on that of a mail's link."""

from uuid import UUID

from flask_babel import gettext as _

from studio.approvals.service import threading
from studio.core import ids
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.portal.forms import DecideForm


def act(uow: UnitOfWork, request_id: UUID, form: DecideForm) -> str:
    """Do what was pressed; returns what was done, in words."""
    if not form.validate():
        raise InvalidInput(_("The comment is too long."), field="comment")
    text, sent = form.comment.data or "", form.sent
    pressed = sent.get("thread_act", "open")
    if pressed == "open":
        threading.open_thread(uow, request_id, text)
        return str(_("Your thread is open below. Nothing was decided."))
    thread_id = ids.parse_id(sent.get("thread", ""))
    if thread_id is None:
        raise NotFound(_("There is no such thread here."), resource="thread")
    if pressed == "reply":
        threading.reply(uow, request_id, thread_id, text)
        return str(_("Your answer stands in the thread."))
    if pressed not in ("resolve", "reopen"):
        raise InvalidInput(_("That is not one of the choices."), code="unknown_act", field="thread_act")
    threading.resolve(uow, request_id, thread_id, resolved=pressed == "resolve")
    return str(_("The thread is resolved.") if pressed == "resolve" else _("The thread is open again."))
