"""Tell an event as OCSF 1.8 does."""

from studio.audit import custom
from studio.audit.registry import Undeclared, action_named
from studio.core.i18n import gettext as _
from studio.export.components import CannotProcess, Processor, Settings
from studio.export.ocsf.event import of_record
from studio.export.records import Record


class OcsfSettings(Settings):
    """There is nothing to set: the taxonomy says which class an action has."""


class Ocsf(Processor[OcsfSettings]):
    """What SIEMs map: one class an action, with Studio's own facts under `unmapped`."""

    kind = "ocsf"
    model = OcsfSettings

    def process(self, record: Record) -> Record:
        """Map it."""
        if record.form != "studio":
            said = _("OCSF is made of Studio's own form: put this processor before any other that changes the form.")
            raise CannotProcess(said)
        try:
            class_uid = custom.OCSF if custom.is_custom(record.action) else action_named(record.action).ocsf
        except Undeclared:
            said = _("This version of Studio does not know the action %(name)s.", name=record.action)
            raise CannotProcess(said) from None
        return record.with_body(of_record(record, class_uid), "ocsf")
