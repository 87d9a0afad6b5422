"""What the outbox hands back: due dates, repetitions, and mails to reviewers and to whoever started a review.

Each runs in a unit of work of its own, may run twice or late, and looks at the rows as they are then.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.service import workspaces
from studio.accounts.service.members import Member
from studio.accounts.speaking import speaking_to
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview
from studio.oversight.reviews import ending, listing, rows, starting, trail
from studio.oversight.reviews.outcomes import GOING_ON, Answer


@dataclass(frozen=True, slots=True)
class Post:
    """Mail of access reviews: who carries it, and where its links lead."""

    mailer: Mailer
    public_url: str

    def register(self) -> None:
        """Take over this package's topics; called at the start of every process."""
        outbox.register(trail.DUE, ending.due)
        outbox.register(trail.REPEAT, starting.again)
        outbox.register(trail.MAIL, self.mail)

    def mail(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail those whom it concerns; nothing where it has become untrue meanwhile."""
        review, kind = uow.session.get(AccessReview, UUID(payload["review_id"])), payload["kind"]
        if review is None:
            return
        if kind == trail.ENDED:
            self._tell_end(uow, review)
        elif review.state in GOING_ON and review.due_at > uow.now and review.due_at.isoformat() == payload["due_at"]:
            self._ask(uow, review, kind, payload["at"])

    def _ask(self, uow: UnitOfWork, review: AccessReview, kind: str, at: str) -> None:
        people = rows.seated(uow).people
        for user_id, count in listing.reviewers_of(uow, review).items():
            one = people[user_id]
            with speaking_to(uow, one):
                text = self._asked_words(uow, review, one, count, kind)
                subject = ngettext(
                    "%(num)s seat to review by %(day)s",
                    "%(num)s seats to review by %(day)s",
                    count,
                    day=_moment(uow, review, one),
                )
            self._send(uow, f"{trail.MAIL}:{review.id}:{kind}:{at}:{user_id}", one, subject, text)

    def _asked_words(self, uow: UnitOfWork, review: AccessReview, one: Member, count: int, kind: str) -> str:
        why = {
            trail.ASKED: _("you are asked whether people shall keep their seats in %(workspace)s."),
            trail.REMIND: _("you have not yet answered about all seats that you were asked about in %(workspace)s."),
            trail.HANDED: _("nobody answered in time about seats in %(workspace)s, so the owners are asked."),
        }[kind] % {"workspace": workspaces.current(uow).name}
        text = _(
            "Hello %(name)s,\n\n%(why)s\n\n%(review)s: %(count)s to answer by %(due)s\n\n%(link)s\n",
            name=one.name,
            why=why,
            review=review.name,
            count=count,
            due=_moment(uow, review, one),
            link=f"{self.public_url}/reviews",
        )
        return str(text)

    def _tell_end(self, uow: UnitOfWork, review: AccessReview) -> None:
        """Whoever started it, and the owners."""
        people, seated = rows.seated(uow).people, rows.seated(uow)
        counts = listing.progress(uow, review.id).counts
        for user_id in sorted(seated.owners | {one for one in (review.started_by,) if one in people}):
            one = people[user_id]
            with speaking_to(uow, one):
                text = _(
                    "Hello %(name)s,\n\nthe access review %(review)s is finished: %(kept)s kept, %(removed)s taken"
                    " away, %(changed)s changed.\n\nThe report:\n\n%(link)s\n",
                    name=one.name,
                    review=review.name,
                    kept=counts.get(Answer.KEEP, 0),
                    removed=counts.get(Answer.REMOVE, 0) + counts.get(Answer.GONE, 0),
                    changed=counts.get(Answer.CHANGE, 0),
                    link=f"{self.public_url}/settings/access-reviews/{review.id}",
                )
                subject = _("The access review %(review)s is finished", review=review.name)
            self._send(uow, f"{trail.MAIL}:{review.id}:{trail.ENDED}:{user_id}", one, subject, text)

    def _send(self, uow: UnitOfWork, key: str, to: Member, subject: str, text: str) -> None:
        self.mailer.send(uow, key=key, to=[to.email], subject=subject, text=text)


def _moment(uow: UnitOfWork, review: AccessReview, reader: Member) -> str:
    """The due date in the reader's own zone and language: a worker has no request to ask."""
    workspace = workspaces.current(uow)
    zone = ZoneInfo(reader.time_zone or workspace.time_zone)
    locale = (reader.locale or workspace.locale).replace("-", "_")
    return format_datetime(review.due_at.astimezone(zone), "medium", locale=locale)
