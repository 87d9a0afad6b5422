"""Whatever names a person by id is some package's part when that person leaves."""

import re
from collections import Counter

from sqlalchemy.types import Uuid

from studio import models
from studio.contract import leaving
from studio.contract.leaving import Kept, Leave, Somebody, renamed
from studio.core.db import Base
from studio.core.ids import new_id
from studio.joining.departing import join_leaving

_NAMES_SOMEBODY = re.compile(r"(^|_)(user|owner|editor|requester|person|reviewer|heir)_id$|_by(_user_id)?$")
NOBODY = {
    "approval_request.counted_by": "a calendar",
    "approval_assignment.counted_by": "a calendar",
    "event_source.heir_id": "a workflow",
    "event_source.taken_by": "a workflow",
}
"""Columns that look as if they named a person, and what they name."""


def columns() -> set[str]:
    """Every column of every table that looks as if it named a person."""
    models.load_all()
    found = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            keyed = any(key.target_fullname == "app_user.id" for key in column.foreign_keys)
            if keyed or (isinstance(column.type, Uuid) and _NAMES_SOMEBODY.search(column.name)):
                found.add(f"{table.name}.{column.name}")
    return found - NOBODY.keys()


def test_every_column_that_names_a_person_belongs_to_exactly_one_part():
    join_leaving()
    declared = Counter(name for part in leaving.parts() for name in part.columns)
    assert columns() - declared.keys() == set(), "say in a package's departing what becomes of it, or why it stays"
    assert [name for name, times in declared.items() if times > 1] == []


def test_no_part_speaks_of_a_column_that_is_not_there():
    join_leaving()
    models.load_all()
    there = {f"{table.name}.{one.name}" for table in Base.metadata.tables.values() for one in table.columns}
    assert {name for part in leaving.parts() for name in part.columns} - there == set()
    assert all(how.strip() for part in leaving.parts() for how in part.columns.values())


def test_a_new_column_would_be_found():
    assert _NAMES_SOMEBODY.search("approved_by")
    assert _NAMES_SOMEBODY.search("to_user_id")
    assert not _NAMES_SOMEBODY.search("workflow_id")


def test_names_in_rules_become_the_heir_or_go():
    tom, ida = (Somebody(new_id(), name, f"{name}@example.com") for name in ("tom", "ida"))
    rule = {"approvers": [f"user:{tom.id}", "group:Team"], "levels": [{"targets": ["user:TOM@example.com"]}], "n": 1}
    assert renamed(rule, Leave(tom, ida)) == {
        "approvers": ["user:ida@example.com", "group:Team"], "levels": [{"targets": ["user:ida@example.com"]}], "n": 1,
    }  # fmt: skip
    assert renamed(rule, Leave(tom)) == {"approvers": ["group:Team"], "levels": [{"targets": []}], "n": 1}
    both = [f"user:{tom.email}", f"user:{ida.id}"]
    assert renamed(both, Leave(tom, ida)) == [f"user:{ida.id}"]
    assert renamed(rule, Leave(ida, tom)) == rule


def test_what_only_remembers_holds_nothing():
    somebody = Leave(Somebody(new_id(), "Tom", "tom@example.com"))
    assert Kept("x", {}).look(None, somebody) == []
