"""What people, tokens and gates did: taxonomy, record, hash chain."""

from studio.audit import taxonomy
from studio.audit.chain import finish
from studio.audit.erasing import forget
from studio.audit.recording import Change, Target, changes_between, record

__all__ = ["Change", "Target", "changes_between", "finish", "forget", "record", "taxonomy"]
