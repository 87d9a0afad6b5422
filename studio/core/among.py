"""Whether a column is one of many values: one statement however many they are.

A list that is written out has a placeholder for each value, so that each length is another statement, which SQLAlchemy,
the driver and PostgreSQL read and plan anew: for hundreds of values that costs more than finding the rows. PostgreSQL
takes them as one array. SQLite has none, lives in this process and reads the list faster than it would read JSON.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column: InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """The condition; of no values it is never true."""
    wanted = list(values)
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(wanted)
    array: ColumnElement[Any] = literal(wanted, ARRAY(column.type))
    return column == any_(array)
