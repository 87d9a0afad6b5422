"""Every column of sealed records is declared beside its model: rotation would pass by one that nobody named."""

import pytest
from sqlalchemy import LargeBinary

from studio import models
from studio.core.db import Base
from studio.core.sealed import sealed_columns

models.load_all()
COLUMNS = sealed_columns(Base.registry.mappers)
PLAIN = {
    "audit_personal.salt",
    "audit_segment.leaves",
    "evidence_part.data",
    "flag_exposure.unit",
    "flag_measurement.unit",
    "flag_unit_key.salt",
    "run_export_part.data",
    "stored_chunk.data",
    "step_up.challenge",
    "user_passkey.credential_id",
    "user_passkey.public_key",
    "user_passkey_registration.challenge",
}
"""Bytes that are no secret of ours, or nothing without one: salts, hashes, challenges, public keys. Files that people
attach, evidence packs and exports of runs are what pages and runs hold beside them, as plain as those are."""


def test_bytes_are_sealed_or_known_to_be_plain():
    there = {f"{table.name}.{column.name}" for table in Base.metadata.tables.values() for column in table.columns
             if isinstance(column.type, LargeBinary)}  # fmt: skip
    declared = {f"{one.table}.{one.name}" for one in COLUMNS}
    assert there - PLAIN == declared, "declare it by info=sealed(…) beside its model, or say here why it is plain"
    assert there >= PLAIN


@pytest.mark.parametrize("column", COLUMNS, ids=lambda one: f"{one.table}.{one.name}")
def test_a_context_names_its_row(column):
    """One row, one context: a record that is moved to another row does not open there."""
    names = {attribute.key for attribute in column.bound_to}
    assert column.key.key in names
    assert "workspace_id" in names or not column.of_tenants
    assert column.version is None or hasattr(column.model, column.version)
    row = column.model(**{name: f"<{name}>" for name in names})
    assert all(f"<{name}>" in column.context_of(row) for name in names)


def test_no_two_columns_share_their_contexts():
    assert len({one.context for one in COLUMNS}) == len(COLUMNS) >= 7
