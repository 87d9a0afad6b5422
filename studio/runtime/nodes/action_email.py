"""One mail."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _

MOST = 50


class Email(NodeType):
    """Send an e-mail. It leaves once, however often the step is tried again."""

    key = "action.email"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Send e-mail"
    icon = "mail"
    sample = {"to": ["anna@example.com"], "subject": "Your refund is on its way"}
    output_schema = {
        "type": "object",
        "properties": {"to": {"type": "array", "items": {"type": "string"}}, "subject": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        to: list[str] = help_(
            "Addresses; one entry may also give several, separated by commas.",
            title="To",
            template=True,
            example=["{{ trigger.customer.email }}"],
            min_length=1,
            max_length=MOST,
        )
        subject: str = help_(
            "One line.",
            title="Subject",
            template=True,
            example="Your refund of {{ trigger.refund.amount }}",
            min_length=1,
            max_length=500,
        )
        body: str = help_(
            "Plain text.",
            title="Text",
            template=True,
            widget="textarea",
            example="Hello {{ trigger.customer.name }},\n\nyour refund is on its way.",
            min_length=1,
            max_length=50_000,
        )
        reply_to: str = help_(
            "Where answers go. Empty: the workspace's address.",
            title="Reply to",
            default="",
            example="service@example.com",
            template=True,
            max_length=320,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        to = config.get("to")
        return ", ".join(str(one) for one in to) if isinstance(to, list) else ""

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        addresses = [one.strip() for entry in config.to for one in entry.split(",") if one.strip()]
        try:
            to = list(dict.fromkeys(_address(one) for one in addresses))
            reply_to = _address(config.reply_to) if config.reply_to.strip() else None
        except ValueError as error:
            return Fail("email.address", _("%(error)s No mail was sent.", error=error), field="config.to")
        if not 0 < len(to) <= MOST:
            message = _(
                "The mail has %(to)s recipients; 1 to %(most)s are possible. No mail was sent.", to=len(to), most=MOST
            )
            return Fail("email.recipients", message, field="config.to")
        subject = " ".join(config.subject.split())
        ctx.ports.mailer.send(ctx.unit, key=_key(ctx), to=to, subject=subject, text=config.body, reply_to=reply_to)
        return Done({"to": to, "subject": subject}, note=_("Mail to %(to)s", to=", ".join(to)))


def _key(ctx: Context) -> str:
    return ctx.effect_key or f"{ctx.run.id}:{ctx.node}:{ctx.path}"


def _address(text: str) -> str:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - for workers that send mail alone

    try:
        return validate_email(text.strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError(_("“%(text)s” is no e-mail address.", text=text.strip()[:80])) from None
