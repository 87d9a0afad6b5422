"""Absences, and when one is mailed."""

from datetime import datetime, time
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from studio.api.v1.reading import Body, Moment
from studio.api.v1.shapes.common import Id, Shape
from studio.core.i18n import gettext as _


def _read(given: object) -> object:
    if isinstance(given, str):
        try:
            return datetime.strptime(given, "%H:%M").time()  # noqa: DTZ007 - a time of day, by the person's own clock
        except ValueError:
            raise ValueError(_("Write a time of day, such as 18:00.")) from None
    return given


Clock = Annotated[
    time,
    BeforeValidator(_read, json_schema_input_type=Annotated[str, Field(max_length=5)]),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
    Field(examples=["18:00"]),
]
"""A time of day, to the minute."""


class AbsenceView(Shape):
    """Somebody who is away, and who stands in: both of them can decide then."""

    id: Id
    user_id: Id = Field(description="Who is away.")
    to_user_id: Id = Field(description="Who stands in.")
    starts_at: datetime
    ends_at: datetime
    open_items: bool = Field(description="What is open when it begins is asked of whoever stands in as well.")


class NewAbsence(Body):
    """Who stands in, and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to_user_id": "019a0000-0000-7000-8000-000000000000",
                    "starts_at": "2030-01-01T08:00:00Z",
                    "ends_at": "2030-01-15T08:00:00Z",
                }
            ]
        }
    )

    user_id: Id | None = Field(None, description="Who is away; left out: you. Others only for admins.")
    to_user_id: Id
    starts_at: Moment
    ends_at: Moment
    open_items: bool = Field(True, description="What is open then is asked of whoever stands in as well.")


class MailView(Shape):
    """When you are mailed about approvals, by the clock of your time zone, in all your workspaces."""

    quiet_from: Clock | None = Field(description="Mails wait from then, unless a deadline comes first. Null: never.")
    quiet_until: Clock | None
    digest_at: Clock | None = Field(description="One mail a day, at that time. Null: each by itself.")
    completion_mails: bool = Field(description="How things ended that others have decided.")


class MailSave(Body):
    """All of it as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"quiet_from": "18:00", "quiet_until": "08:00", "digest_at": None, "completion_mails": True}]
        }
    )

    quiet_from: Clock | None
    quiet_until: Clock | None
    digest_at: Clock | None
    completion_mails: bool
