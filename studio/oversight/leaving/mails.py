"""Who is told that somebody left: whoever got something of theirs, in one mail however much it is."""

from collections.abc import Sequence

from flask_babel import gettext as _

from studio.accounts.models import User
from studio.accounts.speaking import speaking_to
from studio.contract.leaving import Fate, Holding, Leave
from studio.contract.ports import Mailer
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.leaving import words


def tell(uow: UnitOfWork, mailer: Mailer, leave: Leave, holdings: Sequence[Holding], *, public_url: str) -> None:
    """Leave the mails; nobody is told of nothing."""
    handed = [one for one in holdings if one.fate is Fate.HANDED]
    for heir in (leave.to, leave.fallback):
        if heir is None or not handed:
            continue
        with speaking_to(uow, uow.session.get(User, heir.id)):
            text = _(
                "Hello %(name)s,\n\n%(who)s has left. %(by)s gave what was theirs to you, or to somebody beside"
                " you:\n\n%(lines)s\n\nWhat waits for your decision is in your inbox:\n\n%(link)s\n",
                name=heir.name,
                who=leave.who.name,
                by=uow.actor.name,
                lines="\n".join(f"- {words.line(one)}" for one in handed),
                link=f"{public_url}/inbox",
            )
            subject = _("You take over from %(name)s", name=leave.who.name)
        key = f"left:{leave.who.id}:{heir.id}:{uow.now.isoformat()}"
        mailer.send(uow, key=key, to=[heir.email], subject=subject, text=text)
