"""Where runs are archived, and those that were."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Paged
from studio.api.v1.shapes.common import Id, Shape


class ArchiveWanted(Body):
    """Where runs shall be archived before they are deleted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "s3", "bucket": "acme-runs", "region": "eu-central-1", "access_key_id": "AKIAIOSFODNN7EXAMPLE",
                 "secret_name": "s3_key"}
            ]
        }
    )  # fmt: skip

    kind: Literal["", "folder", "s3"] = Field(description="Empty: nowhere; what is due is deleted.")
    bucket: str = Field("", max_length=63, description="This and what follows are a bucket's alone.")
    region: str = Field("", max_length=63, description="Empty: us-east-1.")
    prefix: str = Field("", max_length=200, description="What names in it begin with.")
    endpoint: str = Field("", max_length=300, description="Of a store that is not Amazon's.")
    access_key_id: str = Field("", max_length=128)
    secret_name: str = Field("", max_length=80, description="The stored secret that belongs to the key.")
    keep_days: int | None = Field(
        None, description="Days that files are kept once they were written, wherever they lie: 1 to 36,500. Null: for "
        "good. What is due is deleted from an hour later on, whole files, with the rows that find their runs.",
    )  # fmt: skip


class ArchiveView(Shape):
    """Where runs are archived, and whether that works."""

    kind: str = Field(description="`folder`, `s3`, or empty: nowhere.")
    bucket: str
    region: str
    prefix: str
    endpoint: str
    access_key_id: str
    secret_name: str
    keep_days: int | None = Field(description="Days that files are kept; null: for good.")
    proved_at: datetime | None = Field(description="When something was last written there; null: never yet.")
    trouble: str | None = Field(description="Code of why nothing can be written there; nothing is deleted meanwhile.")
    trouble_words: str | None
    trouble_since: datetime | None
    files_trouble: str | None = Field(description="Why files that are due cannot be deleted, in words.")
    files_trouble_since: datetime | None


class ArchivedQuery(Paged):
    """Which archived runs. Filters as the list of runs has them."""

    workflow: str | None = Field(None, description="The workflow's id.")
    state: str | None = Field(None, description="`succeeded`, `failed` or `cancelled`.")
    error: str | None = Field(None, description="The error's code.")
    label: str | None = Field(None, description="Key and value.", examples=["country:DE"])
    since: str | None = Field(None, description="Back from now, such as `7d`.")


class ArchivedLine(Shape):
    """What is still known of an archived run."""

    id: Id
    workflow_id: Id
    state: str
    error_code: str | None
    labels: dict[str, str]
    created_at: datetime
    finished_at: datetime | None
    archived_at: datetime
    file: Id = Field(description="Of the archive's files, the one in which it lies.")
    offset: int = Field(description="Where its gzip member begins there, in bytes.")
    length: int = Field(description="Bytes of that member.")
