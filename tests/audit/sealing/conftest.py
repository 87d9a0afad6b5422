"""A workspace whose trail is sealed in short segments."""

import pytest

from studio.audit import Target, record
from studio.audit.sealing import archive, closing
from studio.audit.taxonomy import approvals
from studio.core.crypto import Keyring

REFUND = Target("approval", "a-1", "Refund €420.00 to Anna Keller")


@pytest.fixture
def keyring():
    return Keyring({1: b"k" * 32})


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Segments of five events and files of seven: their ends do not fall together."""
    monkeypatch.setattr(closing, "EVENTS", 5)
    monkeypatch.setattr(archive, "IN_A_FILE", 7)


def add(units, workspace, actor, count):
    with units.unit(workspace, actor) as uow:
        for number in range(count):
            record(uow, approvals.APPROVED, targets=[REFUND], metadata={"reason": f'no. {number} ,"hash":"x"'})


def seal(units, workspace, keyring, *, early=False):
    with units.unit(workspace) as uow:
        return closing.seal_all(uow, keyring, early=early)
