"""Whatever names a run says how it goes with it, so that retention, archive and erasure know of every table."""

import pytest
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from studio import models
from studio.core.db import Base
from studio.core.run_parts import declared_of, outlives_run, part_of_run, run_parts, value_columns
from studio.core.tenancy import Tenant

models.load_all()
LONG = 100
"""Letters from which a short column may hold what a customer typed."""
PLAIN = {"step.path", "wait.path", "step.effect_key", "run_note.author"}
"""Short columns of Studio's own making, or of people of the workspace."""


def naming():
    for mapper in Base.registry.mappers:
        for attribute in mapper.column_attrs:
            if attribute.key == "run_id" or attribute.key.endswith("_run_id"):
                yield f"{mapper.class_.__tablename__}.{attribute.key}", attribute.columns[0]


def test_every_column_that_names_a_run_says_whether_it_goes_with_it():
    silent = [name for name, column in naming() if declared_of(column.info) is None]
    assert silent == [], "give the column info=part_of_run() or info=outlives_run(why) of core.run_parts"
    assert all(declared.goes or declared.why for _, column in naming() if (declared := declared_of(column.info)))


def test_what_goes_is_a_tenant_s_and_is_found_by_its_run():
    for part in run_parts(Base.registry.mappers):
        assert issubclass(part.model, Tenant), part.table
        leading = [list(index.columns.keys())[:2] for index in part.model.__table__.indexes]
        leading.append(list(part.model.__table__.primary_key.columns.keys()))
        assert any(part.name == names[0] or names == ["workspace_id", part.name] for names in leading), (
            f"{part.table}: an index begins with its run"
        )


def test_short_texts_that_may_hold_a_customer_s_data_are_named():
    missed = {
        f"{part.table}.{column.name}"
        for part in run_parts(Base.registry.mappers)
        for column in part.model.__table__.columns
        if isinstance(column.type, String) and (column.type.length or 0) >= LONG and column.name not in part.values
    }
    assert missed - PLAIN == set(), "name it in part_of_run(texts=…), or here where nothing of a customer's is in it"


class Own(DeclarativeBase):
    pass


class Label(Own):
    __tablename__ = "label"
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(info=part_of_run(texts=("value",)))
    other_run_id: Mapped[int] = mapped_column(info=outlives_run("a link"))
    value: Mapped[str] = mapped_column(String(80))
    said: Mapped[str]


def test_a_new_table_is_known_by_what_its_column_says():
    [part] = run_parts(Own.registry.mappers)
    assert (part.table, part.name, part.values) == ("label", "run_id", ["value", "said"])
    assert value_columns(Label) == ["said"]
    assert part.run is Label.run_id


@pytest.mark.parametrize("name", ["step", "wait", "resolution", "payload_blob", "run_note", "run_search", "run_label"])
def test_what_the_engine_keeps_of_a_run_goes_with_it(name):
    assert name in {part.table for part in run_parts(Base.registry.mappers)}
