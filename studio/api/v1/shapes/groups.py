"""Groups of approvers."""

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape


class GroupView(Shape):
    """People who may stand in for one another."""

    id: Id
    name: str = Field(examples=["Refund team"])
    members: list["GroupMember"]


class GroupMember(Shape):
    """One of them."""

    user_id: Id
    name: str
    email: str


class GroupSave(Body):
    """A group as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Refund team", "members": ["019a0000-0000-7000-8000-000000000000"]}]}
    )

    name: str = Field(min_length=1, max_length=80)
    members: list[Id] = Field(max_length=500, description="`user_id`s.")
