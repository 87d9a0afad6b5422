"""The form of the question."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import Length

from studio.accounts.factors.checking import Proof
from studio.accounts.outcomes import Method
from studio.core.sending import EverythingField

PREFIX = "step_up_"
"""Before the names of its fields: they travel together with those of the form that waits behind it."""
_KEY = 16_000
"""Characters of a browser's answer with a passkey."""


class StepUpForm(FlaskForm):
    """One proof, by the method whose button was pressed; and where to go on."""

    method = HiddenField()
    password = PasswordField(_l("Password"), [Length(max=256)])
    code = StringField(_l("Code of your authenticator app"), [Length(max=20)])
    recovery_code = StringField(_l("Recovery code"), [Length(max=60)])
    passkey = HiddenField(validators=[Length(max=_KEY)])
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

    def proof(self) -> Proof | None:
        """What was sent; None: nothing, or by no method that there is."""
        texts = {
            Method.PASSWORD: self.password.data,
            Method.TOTP: self.code.data,
            Method.RECOVERY_CODE: self.recovery_code.data,
            Method.PASSKEY: self.passkey.data,
        }
        chosen = next((method for method in Method if method.value == self.method.data), None)
        text = texts[chosen] if chosen else None
        return Proof(chosen, text) if chosen and text else None
