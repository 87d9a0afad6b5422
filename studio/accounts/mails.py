"""The mails of this package."""

from flask_babel import gettext as _

from studio.accounts import trail
from studio.accounts.models import User
from studio.accounts.speaking import speaking_to
from studio.contract.ports import Mailer
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork


def reset(uow: UnitOfWork, mailer: Mailer, user: User, link: str, *, key: str) -> None:
    """A link to choose a new password."""
    with speaking_to(uow, user):
        text = _(
            "Hello %(name)s,\n\nsomebody asked for a new password for this address. To choose one, open"
            " this link within one hour:\n\n%(link)s\n\nIf it was not you, nothing has to be done: your"
            " password stays as it is.\n",
            name=user.name,
            link=link,
        )
        subject = _("Choose a new password for Studio")
        mailer.send(uow, key=f"reset:{key}", to=[user.email], subject=subject, text=text)


def invitation(uow: UnitOfWork, mailer: Mailer, user: User, *, workspace: str, link: str, key: str) -> None:
    """Somebody got a seat."""
    with speaking_to(uow, user):
        text = _(
            "Hello %(name)s,\n\n%(by)s has given you a seat in the workspace %(workspace)s.\n\nOpen"
            " Studio:\n\n%(link)s\n",
            name=user.name,
            by=uow.actor.name,
            workspace=workspace,
            link=link,
        )
        subject = _("You have a seat in %(workspace)s", workspace=workspace)
        mailer.send(uow, key=f"invitation:{key}", to=[user.email], subject=subject, text=text)


def test(uow: UnitOfWork, mailer: Mailer, to: str, *, key: str) -> None:
    """Whether mail arrives."""
    text = _("This is a test mail. Mail from Studio arrives.\n")
    mailer.send(uow, key=f"test:{key}", to=[to], subject=_("Test mail from Studio"), text=text)
    trail.record(uow, "mail.tested", ("mail", key, to), to=to)


def factors_reset(uow: UnitOfWork, mailer: Mailer, user: User, link: str) -> None:
    """An admin took away all but the password by which a person proves who they are."""
    text = _(
        "Hello %(name)s,\n\n%(by)s took the passkeys, the authenticator app and the recovery codes of your Studio"
        " account away, and signed you out everywhere. Your password stays. Sign in with it and set up a new"
        " passkey:\n\n%(link)s\n\nIf you did not ask for it: change your password at once, and tell another admin.\n",
        name=user.name,
        by=uow.actor.name,
        link=link,
    )
    subject = _("Your ways to prove who you are in Studio were taken away")
    mailer.send(uow, key=f"factor:{user.id}:{ids.new_id()}", to=[user.email], subject=subject, text=text)


def factor_changed(uow: UnitOfWork, mailer: Mailer, user: User, what: str) -> None:
    """Something by which a person proves who they are was added or taken away."""
    with speaking_to(uow, user):
        text = _(
            "Hello %(name)s,\n\non your Studio account %(what)s.\n\nIf it was not you: change your password at once,"
            " look through your passkeys under Profile, Security, and tell an admin.\n",
            name=user.name,
            what=what,
        )
        subject = _("A change to how you prove who you are in Studio")
        mailer.send(uow, key=f"factor:{user.id}:{ids.new_id()}", to=[user.email], subject=subject, text=text)
