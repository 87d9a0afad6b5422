"""Flags, metrics and segments that a template's workflow needs, made with its draft where there are none.

Flags are off everywhere, and nobody is in a segment: what turns a flag on is the workflow, past its gates.
"""

from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import actor_may
from studio.core.i18n import gettext as translated
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagSegment
from studio.flags.service import creating, segments
from studio.flags.service.describing import About
from studio.flags.studies import metrics
from studio.gallery.template import PLACEHOLDER, Template
from studio.gallery.values import Value


def make(uow: UnitOfWork, template: Template, answers: Mapping[str, Value]) -> None:
    """Make those that are not there. Who may not make flags makes none: publishing says which ones are lacking."""
    if not actor_may(uow.actor, "flag.edit"):
        return
    note = _("Made with the template “%(name)s”.", name=translated(template.name))
    for one in template.flags:
        key = PLACEHOLDER.sub(lambda found: answers[found[1]].text, one.key)
        if uow.session.scalar(select(Flag.id).where(Flag.key == key)) is None:
            about = About(description=translated(one.about), purpose=one.purpose)
            creating.create(uow, key=key, about=about, note=note)
    known = {one.key for one in metrics.listed(uow)}
    for metric in template.metrics:
        if metric.key not in known:
            title = translated(metric.title)
            metrics.create(uow, key=metric.key, title=title, kind=metric.kind, worse=metric.worse)
    for group in template.segments:
        if uow.session.scalar(select(FlagSegment.id).where(FlagSegment.name == group.name)) is None:
            listed = {"contextName": group.field, "operator": "IN", "values": []}
            segments.create(uow, name=group.name, description=translated(group.about), constraints=[listed], note=note)
