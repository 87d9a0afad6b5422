"""The form of the question."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from studio.accounts import policy
from studio.accounts.factors.checking import Proof
from studio.accounts.outcomes import Method
from studio.core.errors import TooLarge
from studio.core.sending import EverythingField

PREFIX = "step_up_"
"""Before the names of its fields: they travel together with those of the form that waits behind it."""
MOST = 262_144
"""Characters of a form that is kept while its person signs in elsewhere."""
_KEY = 16_000
"""Characters of a browser's answer with a passkey."""


class StepUpForm(FlaskForm):
    """One proof, by the method whose button was pressed; and where to go on."""

    method = HiddenField()
    password = PasswordField(_l("Password"), [Length(max=256)])
    code = StringField(_l("Code of your authenticator app"), [Length(max=20)])
    recovery_code = StringField(_l("Recovery code"), [Length(max=60)])
    passkey = HiddenField(validators=[Length(max=_KEY)])
    provider = HiddenField(validators=[Length(max=60)])
    """The way by which the sign-in provider has just vouched for them."""
    to = HiddenField()
    """A path of this site."""
    back = HiddenField()
    """A path of this site, for whoever changes their mind."""
    carried = HiddenField()
    """`yes`: it is posted to with what is carried; else it is opened."""
    everything = EverythingField()

    @classmethod
    def carrying(cls, to: str, back: str) -> "StepUpForm":
        """In front of a form that was just posted to a path: what it held goes on with this one."""
        form = cls(prefix=PREFIX)
        form.to.data, form.back.data, form.carried.data = to, back, "yes"
        return form

    def kept(self) -> Iterator[tuple[str, str]]:
        """Fields of the form that waits."""
        for name, value in self.everything.data.items(multi=True):
            if not name.startswith(PREFIX):
                yield name, value

    def waiting(self) -> dict[str, Any]:
        """What goes on once the proof is there, for whoever leaves this site for it. More than MOST is not kept."""
        fields = list(self.kept())
        if sum(len(name) + len(value) for name, value in fields) > MOST:
            said = _("This form is too long to be kept while you sign in elsewhere. Prove it another way.")
            raise TooLarge(said, code="step_up_too_long")
        to, back = policy.safe_next(self.to.data), policy.safe_next(self.back.data)
        return {"to": to, "back": back, "carried": self.carried.data or "", "fields": fields}

    def proof(self) -> Proof | None:
        """What was sent; None: nothing, or by no method that there is."""
        texts = {
            Method.PASSWORD: self.password.data,
            Method.TOTP: self.code.data,
            Method.RECOVERY_CODE: self.recovery_code.data,
            Method.PASSKEY: self.passkey.data,
            Method.PROVIDER: self.provider.data,
        }
        chosen = next((method for method in Method if method.value == self.method.data), None)
        text = texts[chosen] if chosen else None
        return Proof(chosen, text) if chosen and text else None
