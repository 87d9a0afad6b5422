"""API descriptions: OpenAPI documents whose operations are actions of connections."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape


class DescriptionInfo(Shape):
    """The newest version of one, or the version of an id."""

    id: Id = Field(description="Of this version.")
    name: str = Field(description="What connections name it by; never changes.", examples=["shop-api"])
    version: int = Field(description="Counted by Studio, from 1.", examples=[2])
    title: str = Field(examples=["Shop API"])
    api_version: str = Field(description="As the document says.", examples=["2026-03"])
    base_url: str = Field(description="Where the API lives; empty: the document does not say.")
    operations: int = Field(description="How many actions it gives.", examples=[41])
    source: str = Field(description="The address that it was read from; empty: its text was sent.")
    size: int = Field(description="Bytes of the document.", examples=[48_212])
    created_at: datetime = Field(description="When this version was imported.")


class NewDescription(Body):
    """A document, or where it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"address": "https://api.example.com/openapi.json"}]})

    address: str = Field(
        "", max_length=2_000, description="Where Studio reads the document: JSON up to 16 MiB or YAML up to 4."
    )
    content: str = Field("", description="Its text, JSON or YAML, in place of what stands at the address.")
    name: str = Field(
        "", max_length=60, description="Of a description that is there: this is its new version. Empty: a new one."
    )
