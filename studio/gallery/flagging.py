"""Flags and metrics that a template names: made with its draft where there are none, flags off everywhere."""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import actor_may
from studio.core.i18n import gettext as translated
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag
from studio.flags.service import creating
from studio.flags.service.describing import About
from studio.flags.studies import metrics
from studio.gallery.template import PLACEHOLDER, Template
from studio.gallery.values import Value


def make(uow: UnitOfWork, template: Template, answers: Mapping[str, Value]) -> None:
    """Make those that are not there. Who may not make flags makes none: publishing says which ones are lacking."""
    if not actor_may(uow.actor, "flag.edit"):
        return
    for one in template.flags:
        key = PLACEHOLDER.sub(lambda found: answers[found[1]].text, one.key)
        if uow.session.scalar(select(Flag.id).where(Flag.key == key)) is None:
            note = _("Made with the template “%(name)s”.", name=translated(template.name))
            about = About(description=translated(one.about), purpose=one.purpose)
            creating.create(uow, key=key, about=about, note=note)
    known = {one.key for one in metrics.listed(uow)}
    for metric in template.metrics:
        if metric.key not in known:
            title = translated(metric.title)
            metrics.create(uow, key=metric.key, title=title, kind=metric.kind, worse=metric.worse)
