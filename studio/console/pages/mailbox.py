"""The local mailbox: what an installation without a mail server would have sent; with one, what it does not take."""

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint, settings
from studio.core import mail
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.web import current_uow

PAGE = 50


@blueprint.get("/mailbox")
@permission("mailbox.read")
def mailbox() -> ResponseReturnValue:
    """Kept mail, newest first."""
    before = parse_id(request.args.get("before", ""))
    sent_out = settings().smtp_url is not None
    mails = mail.mailbox(current_uow(), before=before, limit=PAGE + 1)
    return render_template(
        "console/mailbox.html",
        mails=mails[:PAGE],
        older=mails[PAGE - 1].id if len(mails) > PAGE else None,
        sent_out=sent_out,
        stuck=mail.stuck(current_uow(), PAGE) if sent_out else (),
    )


@blueprint.get("/mailbox/<uuid:mail_id>")
@permission("mailbox.read")
def mailbox_mail(mail_id: UUID) -> ResponseReturnValue:
    """One mail, as its text: the HTML says the same, and text cannot do anything."""
    if settings().smtp_url is not None:
        raise NotFound(_("Mail goes out through a server here; none is kept."), resource="mail")
    found = mail.kept_mail(current_uow(), mail_id)
    return render_template("console/mailbox_mail.html", mail=found)
