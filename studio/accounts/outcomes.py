"""Words that tables, policies and pages of this package share."""

from enum import StrEnum

from studio.contract.protecting.requirement import Strength as Strength  # noqa: PLC0414 - one word for both


class Role(StrEnum):
    """What a seat may do; `permissions` says which permissions each carries."""

    OWNER = "owner"
    ADMIN = "admin"
    BUILDER = "builder"
    AUDITOR = "auditor"
    APPROVER = "approver"


class Theme(StrEnum):
    """Which colours a person sees."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class SignIn(StrEnum):
    """How an attempt to sign in ended."""

    DONE = "done"
    REFUSED = "refused"
    """Unknown address, wrong password, disabled, no seat: from outside all the same."""
    LOCKED = "locked"
    """Too many failures; the password was not even looked at."""
    ELSEWHERE = "elsewhere"
    """The password is right, but the workspace lets its people in by its sign-in provider alone."""


class Method(StrEnum):
    """By what somebody proves once more who they are."""

    PASSKEY = "passkey"
    TOTP = "totp"
    RECOVERY_CODE = "recovery_code"
    PASSWORD = "password"  # noqa: S105 - the name of a method
    PROVIDER = "provider"
    """The workspace's sign-in provider has asked them anew."""


STRENGTHS = {
    Method.PASSKEY: Strength.PASSKEY,
    Method.TOTP: Strength.CODE,
    Method.RECOVERY_CODE: Strength.CODE,
    Method.PASSWORD: Strength.PASSWORD,
    Method.PROVIDER: Strength.PASSWORD,
}
