"""Mail can leave."""

from collections.abc import Iterator

from studio.core import mail
from studio.core.errors import StudioError
from studio.core.smtp import MailFailed, Server
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 70


def look(place: Place) -> Iterator[Finding]:
    """Greet the server, with STARTTLS and sign-in where they are set; send a mail only where somebody is named."""
    url = place.settings.smtp_url
    if url is None:
        yield _at_home(place)
        return
    server = Server.parse(url)
    try:
        server.greet()
    except MailFailed as error:
        yield bad(
            f"Mail cannot leave: {error}", "Start the mail server, or mend STUDIO_SMTP_URL; mails wait meanwhile."
        )
        return
    yield ok(f"{server.host}:{server.port} takes mail, {_protected(server)}.")
    if server.user is None and not (server.tls or server.starttls) and not place.settings.is_local:
        yield warning("Mail goes out in clear.", "Write smtps://, or add ?starttls=1 to STUDIO_SMTP_URL.")
    if place.send_to is not None:
        yield _sent(place, place.send_to)


def _at_home(place: Place) -> Finding:
    if place.settings.is_local:
        return ok("No mail server is set: mails are on the mailbox page.")
    remedy = "Set STUDIO_SMTP_URL."
    return warning("No mail server is set: nobody is mailed about an approval, and no password can be reset.", remedy)


def _protected(server: Server) -> str:
    way = "over TLS" if server.tls else "after STARTTLS" if server.starttls else "in clear"
    return f"{way}, {'signed in' if server.user is not None else 'without sign-in'}"


def _sent(place: Place, to: str) -> Finding:
    words = "Somebody has asked Studio's doctor to see whether mail leaves. It does."
    try:
        mail.send_test(place.settings, to, subject="Studio: a test mail", text=words)
    except StudioError as error:
        return bad(
            f"The test mail to {to} was not taken: {error}", "Read what the server says, and mend what it names."
        )
    return ok(f"A test mail to {to} was taken. Whether it arrives is seen there.")
