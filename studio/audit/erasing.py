"""forget(): take what the trail says of somebody out of it. The chain keeps fitting, and tells that it was done."""

from collections.abc import Sequence

from sqlalchemy import delete, or_
from sqlalchemy.engine import CursorResult

from studio.audit.models import AuditPersonal
from studio.audit.recording import Target, record
from studio.core.db import wiped_when_deleted
from studio.core.unit_of_work import UnitOfWork

ACTION = "audit.personal_erased"


def forget(uow: UnitOfWork, kind: str, id_: str, *, also: Sequence[str] = ()) -> int:
    """Erase what the workspace's trail says of a person or a thing, and every value that holds one of `also`.

    Such as a person's address, where it stands among those who were asked. Returns how many values are gone.
    """
    wiped_when_deleted(uow.session)
    texts = [AuditPersonal.search.contains(one.strip().lower(), autoescape=True) for one in also if one.strip()]
    target = Target(kind, id_)
    gone = delete(AuditPersonal).where(or_(AuditPersonal.subject == target.subject, *texts))
    done = uow.session.execute(gone.execution_options(synchronize_session=False))
    count = done.rowcount if isinstance(done, CursorResult) else 0
    if count:
        record(uow, ACTION, targets=[target], metadata={"erased": count})
    return count
