"""Monthly reports in words."""

from decimal import Decimal

from babel.numbers import format_decimal
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

OUTCOMES = {
    "approved": _l("Approved"),
    "declined": _l("Declined"),
    "changes_requested": _l("Changes requested"),
    "responded": _l("Answered"),
    "expired": _l("Ran out"),
    "cancelled": _l("Taken back"),
    "bypassed": _l("Bypassed"),
}
PROOFS = {
    "step_up.confirmed": _l("Proved once more who they are"),
    "step_up.failed": _l("Failed to prove who they are"),
    "guard.proof_given": _l("Proofs that runs asked for, given"),
    "guard.proof_refused": _l("Proofs that runs asked for, refused"),
    "approval.bypassed": _l("Approvals bypassed"),
    "guard.freeze_bypassed": _l("Freezes bypassed"),
    "elevation.started": _l("Elevated access started"),
}


def exact(amount: Decimal) -> str:
    """An amount as its reader writes numbers, with every digit that it has."""
    return str(format_decimal(amount, locale=get_locale(), decimal_quantization=False))
